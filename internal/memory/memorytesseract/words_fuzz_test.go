package memorytesseract

import "testing"

// FuzzTable feeds the reader of Tesseract's table what is nearly one.
func FuzzTable(f *testing.F) {
	f.Add([]byte("5\t1\t1\t1\t1\t1\t10\t10\t50\t20\t96.5\tquorum\n5\t1\t1\t1\t1\t2\t70\t10\t50\t20\t-1\t.\n"))
	f.Add([]byte("5\t1\t1\t1\t1\t1\t-10\t99999999999\tNaN\tx\t1e400\tler\n"))
	f.Fuzz(func(t *testing.T, table []byte) { parse(table, 3, 1240, 1754) })
}
