// Package chaos breaks a whole Parley in every way that it can think of, while
// people post, change messages, listen, and go in and out of rooms, and has
// package history judge what they saw.
//
//	load ──▶ gateway ──▶ services ──▶ Postgres, Redis
//	             ▲          ▲            ▲      ▲
//	             └──── faults: one alone, or a storm of them by a seed
//
// There is one list of faults. A fault says what it occupies, so that two that
// would get in each other's way don't come at once, and what the system must be
// able to do for it. TestFaults has a case for each; TestStorm draws from all.
package chaos
