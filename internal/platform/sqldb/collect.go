package sqldb

import "database/sql"

// Scanner is one line of a result: *sql.Row, or *sql.Rows where it stands.
type Scanner interface{ Scan(dest ...any) error }

// Collect reads every line of what a query returned, and closes it. It takes the query's error too, so that both fit in one call.
func Collect[T any](rows *sql.Rows, err error, read func(Scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		item, err := read(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, rows.Err()
}
