import RedisClient

/// The same rule as `Buckets`, which Redis runs as one step.
enum RateLimitScript {
    /// By Redis' own clock, so that servers whose clocks differ share one bucket.
    static let take = RedisScript(source(time: "redis.call('TIME')"))

    /// KEYS: the caller's bucket. ARGV: interval and slack in nanoseconds. Answers 0 for a request that may go on, else
    /// after how many nanoseconds it may.
    ///
    /// Nanoseconds since 1970 are more than Lua's numbers hold exactly, so the moment at which the bucket is full is kept
    /// as seconds and nanoseconds, and counted with from the second of now. It is never further ahead than the slack; if
    /// it is, the clock was set back, and the bucket begins anew rather than stay empty until that moment comes again.
    /// - Parameter time: Lua for seconds since 1970 and microseconds.
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

    /// A caller's bucket. Servers of other settings have buckets of their own: a moment means nothing without its rate.
    static func key(_ caller: String, _ rate: RequestRate) -> String {
        "rate_limit:\(rate.interval):\(rate.slack):\(caller)"
    }
}
