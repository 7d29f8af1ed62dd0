package search

import (
	"testing"

	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
