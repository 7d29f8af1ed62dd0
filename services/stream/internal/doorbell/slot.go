package doorbell

import (
	"strconv"
	"strings"
)

const slotCount = 16384

// slotOf returns the slot of a channel in a Cluster: CRC-16/XMODEM of it, or of
// what is in its first pair of braces, modulo 16384 (Redis Cluster
// specification, "Key distribution model").
func slotOf(channel string) int {
	if _, after, found := strings.Cut(channel, "{"); found {
		if tag, _, closed := strings.Cut(after, "}"); closed && tag != "" {
			channel = tag
		}
	}
	var crc uint16
	for i := range len(channel) {
		crc = crc<<8 ^ crcTable[byte(crc>>8)^channel[i]]
	}
	return int(crc % slotCount)
}

var crcTable = func() (table [256]uint16) {
	const polynomial = 0x1021
	for i := range table {
		crc := uint16(i) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ polynomial
			} else {
				crc <<= 1
			}
		}
		table[i] = crc
	}
	return table
}()

// movedSlot returns the slot of a redirection: "MOVED 3999 127.0.0.1:6381".
func movedSlot(err error) (slot int, ok bool) {
	fields := strings.Fields(err.Error())
	for i := range len(fields) - 1 {
		if fields[i] == "MOVED" {
			slot, err := strconv.Atoi(fields[i+1])
			return slot, err == nil && slot >= 0 && slot < slotCount
		}
	}
	return 0, false
}
