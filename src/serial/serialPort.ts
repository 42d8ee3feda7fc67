/** By itself, so that it can be loaded when there is a port to open, in a bundle too. */
export { SerialPort } from 'serialport';
