package stat

import "slices"

// Series is one number measured in several rounds.
type Series []float64

// Median returns the middle value, or the mean of the two in the middle.
func (s Series) Median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Range returns the least and the greatest value.
func (s Series) Range() (low, high float64) {
	if len(s) == 0 {
		return 0, 0
	}
	return slices.Min(s), slices.Max(s)
}

// Over returns the ratios of rounds that were run next to each other: what the
// machine did to one, it did to the other.
func (s Series) Over(other Series) Series {
	ratios := make(Series, 0, len(s))
	for i := range min(len(s), len(other)) {
		if other[i] != 0 {
			ratios = append(ratios, s[i]/other[i])
		}
	}
	return ratios
}
