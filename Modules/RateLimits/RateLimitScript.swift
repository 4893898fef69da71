import RedisClient

/// The rule of `Buckets` as a script that Redis runs as one step.
enum RateLimitScript {
    /// Uses the clock of Redis, so that servers with different clocks share one bucket.
    static let take = RedisScript(source(time: "redis.call('TIME')"))

    /// KEYS: the caller's bucket. ARGV: interval and slack in nanoseconds. Returns 0 if the request is allowed, otherwise
    /// the nanoseconds until it would be.
    ///
    /// Lua's numbers cannot hold nanoseconds since 1970 exactly. So the moment at which the bucket is full is stored as
    /// seconds and nanoseconds, and the script calculates relative to the current second. That moment is never further
    /// ahead than the slack. If it is, the clock was set back, and the bucket starts full instead of staying empty until
    /// the moment comes again.
    /// - Parameter time: a Lua expression for seconds since 1970 and microseconds.
    static func source(time: String) -> String {
        """
        local time = \(time)
        local second, now = tonumber(time[1]), tonumber(time[2]) * 1000
        local interval, slack = tonumber(ARGV[1]), tonumber(ARGV[2])
        local fullAt = now
        local seconds, rest = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):(%d+)$')
        if seconds then
            local kept = (seconds - second) * 1e9 + rest
            if kept > now and kept - now <= slack then fullAt = kept end
        end
        local next = fullAt + interval
        if next - now > slack then return next - now - slack end
        local moment = string.format('%.0f:%.0f', second + math.floor(next / 1e9), next % 1e9)
        redis.call('SET', KEYS[1], moment, 'PX', math.ceil((next - now) / 1e6))
        return 0
        """
    }

    /// The key of a caller's bucket. It contains the rate, because a moment means nothing without it: servers with other
    /// settings use other buckets.
    static func key(_ caller: String, _ rate: RequestRate) -> String {
        "rate_limit:\(rate.interval):\(rate.slack):\(caller)"
    }
}
