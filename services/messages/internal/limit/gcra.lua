-- KEYS[1]: holds the moment at which the key has its whole burst again.
-- ARGV: the time in which one grows back, that in which the burst does, and 1 to count, 0 to look.
-- Times are in microseconds, of this server's clock. Returns the time to wait; 0 if there is nothing to wait for.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost, burst = tonumber(ARGV[1]), tonumber(ARGV[2])

-- Never further than a whole burst away, whoever may have written it.
local whole = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
whole = math.min(math.max(whole, now), now + burst)

local after = whole + cost
if after - now > burst then
  return after - now - burst
end
if ARGV[3] == '1' then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
end
return 0
