/** Where operators look at the queues. */
export const BOARD_PATH = '/admin/queues';
