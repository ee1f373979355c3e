// Package audit holds what a receipt is: the private record of one request, the 32-byte leaf that
// stands for it in the public log, and the rules that tie them.
//
//	record (private, erasable) --HMAC-SHA-256, fresh key--> commitment
//	envelope {format, charter hash, decision, coarse time, commitment} --canonical bytes--> leaf
//
// The leaf says nothing about a person: shredding the record and its key leaves an unlinkable
// 32 bytes in a log that still verifies (EDPB guidelines 02/2025; Québec private-sector Act s. 23).
//
// A request is acknowledged once its leaf is on stable storage (see Log). The log is C2SP
// tlog-tiles with signed checkpoints; a receipt is a C2SP tlog-proof with the record and the key
// that open the commitment, verifiable offline by anybody who holds the file.
package audit
