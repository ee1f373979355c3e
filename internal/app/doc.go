// Package app puts the house together: New calls each room's constructor in the order of the ranks, in plain sight;
// Run serves until its context ends, then drains; Close releases everything in the opposite order.
//
// One process holds a data directory at a time. It listens on one TCP address and on a Unix socket in the data
// directory, readable by its owner only, through which the commands of the same machine speak to it.
package app
