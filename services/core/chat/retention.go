package chat

// ValidRetention reports whether a room can keep its messages for so many days.
// 0 is for ever, nil as the deployment says.
func ValidRetention(days *int) bool { return days == nil || *days >= 0 && *days <= MaxRetention }
