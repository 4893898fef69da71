import RedisClient

/// The steps on entries that Redis runs as one. None of them deletes an entry or replaces one by an older version: that
/// is what keeps a slow reader from putting an old state back (architecture.md, trap 16).
enum CacheScripts {
    /// Tells the version of a stored value, nil of none or of something foreign, which anything may replace.
    private static let versionFunction = """
        local function version(value)
            return value and tonumber(string.sub(value, 1, 16))
        end
        local function refuses(stored, offered)
            local old = version(stored)
            return old and old > version(offered)
        end

        """

    /// Finds the epoch, or begins one.
    private static let findEpoch = """
        local epoch = redis.call('GET', KEYS[1])
        if not epoch then
            epoch = ARGV[1]
            redis.call('SET', KEYS[1], epoch)
        end
        local function stamped(value)
            return string.sub(value, 1, 17) .. epoch .. string.sub(value, 18)
        end

        """

    /// Stores the records that a commit made, and their lines of availability where somebody asks for those.
    ///
    /// KEYS: the epoch, the record keys, the availability keys in the same order. ARGV: an epoch to begin; the life in
    /// milliseconds; how many records, from the first on, are new; the epoch that the entries carry; then the entries; then
    /// for each record its field and its line. Answers the epoch, for the next call: an entry that carries it already need
    /// not be taken apart.
    ///
    /// A hash that is not there is not begun: most products are sold more often than they are asked for, and a reader's
    /// fill looks at the records themselves. Only a new record's line is put in any case, since a reader who did not see
    /// the record cannot look at it. The life of a complete hash is not prolonged: it bounds how long a figure can stay
    /// that somebody else failed to publish.
    static let publish = RedisScript(
        versionFunction + findEpoch + """
            local count = (#KEYS - 1) / 2
            local new = tonumber(ARGV[3])
            local isStamped = ARGV[4] == epoch
            local stored = redis.call('MGET', unpack(KEYS, 2, count + 1))
            for i = 1, count do
                local entry = ARGV[4 + i]
                if not stored[i] or not refuses(stored[i], entry) then
                    if not isStamped then
                        entry = string.sub(entry, 1, 17) .. epoch .. string.sub(entry, 34)
                    end
                    redis.call('SET', KEYS[1 + i], entry, 'PX', ARGV[2])
                end
            end
            local last = count
            if redis.call('EXISTS', unpack(KEYS, 2 + count)) == 0 then last = new end
            for i = 1, last do
                local field, line, hash = ARGV[count + 3 + 2 * i], ARGV[count + 4 + 2 * i], KEYS[1 + count + i]
                local found = redis.call('HMGET', hash, field, 'complete')
                if not found[1] and not found[2] and i > new and redis.call('EXISTS', hash) == 0 then
                    -- Nobody asks for it.
                else
                    if not refuses(found[1], line) then redis.call('HSET', hash, field, line) end
                    if not found[2] or string.sub(found[2], 18, 33) ~= epoch then
                        redis.call('PEXPIRE', hash, ARGV[2])
                    end
                end
            end
            return epoch
            """)

    /// Stores records that a reader found. KEYS: the epoch, the quarantine, the record keys. ARGV: an epoch to begin; the
    /// life in milliseconds; the entries.
    static let fill = RedisScript(
        versionFunction + findEpoch + """
            if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
            local stored = redis.call('MGET', unpack(KEYS, 3))
            for i = 1, #stored do
                if not refuses(stored[i], ARGV[2 + i]) then
                    redis.call('SET', KEYS[2 + i], stamped(ARGV[2 + i]), 'PX', ARGV[2])
                end
            end
            return #stored
            """)

    /// Merges all of a product's lines, as a reader found them, with what is there, and marks the hash as complete unless
    /// a tombstone stays in it, or a record is newer than its line: then the next reader's fill completes it, as from now
    /// on writers put their lines here. KEYS: the epoch, the quarantine, the hash, then the record key of each line.
    /// ARGV: an epoch to begin; the life in milliseconds; the mark; then fields and lines by turns.
    static let fillAvailability = RedisScript(
        versionFunction + findEpoch + """
            if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
            local hash = KEYS[3]
            local complete = true
            local records = #KEYS > 3 and redis.call('MGET', unpack(KEYS, 4)) or {}
            for i = 4, #ARGV, 2 do
                local line = ARGV[i + 1]
                local found = redis.call('HGET', hash, ARGV[i])
                if refuses(found, line) then
                    line = found
                else
                    redis.call('HSET', hash, ARGV[i], line)
                end
                if refuses(records[i / 2 - 1], line) then complete = false end
            end
            for _, value in ipairs(redis.call('HVALS', hash)) do
                if string.sub(value, 17, 17) == 't' then complete = false end
            end
            if complete then redis.call('HSET', hash, 'complete', stamped(ARGV[3])) end
            redis.call('PEXPIRE', hash, ARGV[2])
            return 1
            """)

    /// Reads hashes. KEYS: the epoch, the hashes. Answers the epoch, empty for none, and then each hash.
    static let readAvailability = RedisScript(
        """
        local answer = {redis.call('GET', KEYS[1]) or ''}
        for i = 2, #KEYS do answer[i] = redis.call('HGETALL', KEYS[i]) end
        return answer
        """)

    /// Puts a tombstone wherever the stored version is older than one that was committed. KEYS: the record keys, the
    /// availability keys in the same order. ARGV: the life in milliseconds; then for each the tombstone and the field.
    static let settle = RedisScript(
        versionFunction + """
            local count = #KEYS / 2
            local stored = redis.call('MGET', unpack(KEYS, 1, count))
            for i = 1, count do
                local tombstone, field = ARGV[2 * i], ARGV[2 * i + 1]
                local committed = version(tombstone)
                local old = version(stored[i])
                if not old or old < committed then
                    redis.call('SET', KEYS[i], tombstone, 'PX', ARGV[1])
                end
                local hash = KEYS[count + i]
                old = version(redis.call('HGET', hash, field))
                if not old or old < committed then
                    redis.call('HSET', hash, field, tombstone)
                    redis.call('HDEL', hash, 'complete')
                    redis.call('PEXPIRE', hash, ARGV[1])
                end
            end
            return count
            """)

    /// Voids everything. KEYS: the epoch, the quarantine. ARGV: the new epoch; the quarantine in milliseconds.
    static let void = RedisScript(
        """
        redis.call('SET', KEYS[1], ARGV[1])
        redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
        return 1
        """)

    /// How many records one call may have: some milliseconds of the server's time, and below the 8,000 values that Lua
    /// unpacks.
    static let maximumRecordsPerCall = 1_000
}
