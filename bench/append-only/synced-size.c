/*
 * Preloaded into redis-server: writes down how long each append-only file was when a fdatasync of it began that then
 * succeeded. What stands after that may be gone after a power cut; bench/append-only.mjs takes it away.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  struct stat before;
  char link[64], path[4096] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  int known = length > 0 && strstr(path, ".aof") && fstat(fd, &before) == 0;
  const char *slow = getenv("SYNC_TAKES_US");
  if (known && slow) usleep((useconds_t)atoi(slow));
  int result = real(fd);
  const char *to = getenv("SYNCED_SIZE_FILE");
  if (result == 0 && known && to) {
    char text[64];
    int size = snprintf(text, sizeof text, "%019lld\n", (long long)before.st_size);
    int out = open(to, O_WRONLY | O_CREAT, 0600);
    if (out >= 0) {
      if (write(out, text, (size_t)size) < 0) { /* the next one tells it */ }
      close(out);
    }
  }
  return result;
}
