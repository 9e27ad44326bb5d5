import { runDoctorCommand } from '../doctor/doctor-command.js';
import { runCli } from './run-cli.js';

await runCli(runDoctorCommand);
