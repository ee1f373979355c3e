// Package gatewaytest gives tests a gateway without an engine, a memory or a disk: questions answered from a
// small French document set, and conversations kept in memory.
package gatewaytest
