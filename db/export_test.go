package db

import "context"

// RollUpNow brings the parts of the rollup together however few they are.
func RollUpNow(ctx context.Context, s *Store) error { return s.rollUp(ctx, 0) }
