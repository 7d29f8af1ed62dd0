// Package box tries an upgrade where install.sh has installed Parley: it runs on
// that very server, as root, and calls the command parley as its administrator
// does, while people post, change messages, listen, and go in and out of rooms
// over TLS. Package history judges what they saw. deploy/systemd/box/try.sh makes
// such a server, and runs this there.
package box
