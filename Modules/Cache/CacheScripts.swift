import RedisClient

/// The scripts on entries; Redis runs each as one step. None deletes an entry or replaces it by an older version: so a
/// slow reader cannot put an old state back.
enum CacheScripts {
    /// Returns the version of a stored value; nil if there is none or the value is foreign, and then anything may replace it.
    private static let versionFunction = """
        local function version(value)
            return value and tonumber(string.sub(value, 1, 16))
        end
        local function refuses(stored, offered)
            local old = version(stored)
            return old and old > version(offered)
        end

        """

    /// Puts a line into a product's availability (`AvailabilityEntry`), unless it has a newer one for the warehouse.
    private static let mergeFunction =
        versionFunction + """
            local none = string.rep('0', 16) .. 'p' .. string.rep('0', 16)
            local function kind(value)
                return string.sub(value, 17, 17)
            end
            local function bounded(value)
                if #value <= \(maximumAvailabilityBytes) then return value end
                return string.rep('0', 16) .. 'l' .. string.rep('0', 16)
            end
            local function merge(value, field, line)
                if kind(value) == 'l' then return value end
                local _, stop = string.find(value, field, 1, true)
                if not stop then return bounded(value .. field .. line) end
                if refuses(string.sub(value, stop + 1, stop + 16), line) then return value end
                local next = string.find(value, '|', stop + 1, true)
                return string.sub(value, 1, stop) .. line .. (next and string.sub(value, next) or '')
            end

            """

    /// Reads the epoch, or starts one.
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

    /// Stores the records of a commit, and their lines in availability entries that readers use.
    ///
    /// KEYS: the epoch, the record keys, the availability keys in the same order. ARGV: the name for an epoch to start; the
    /// life in milliseconds; the number of new records, which come first; the epoch that the entries carry; the entries;
    /// then for each record its field and its line. Returns the epoch for the next call: an entry that already carries it
    /// is stored as it is.
    ///
    /// The script creates no availability entry for an existing record: most products are sold more often than their
    /// availability is read, and a reader's fill compares with the records. A new record's line is always stored, since a
    /// reader that did not see the record cannot compare with it; an entry of only such lines gets no other changes. The
    /// life of a complete entry is not extended: it bounds how long a figure stays that another process failed to publish.
    static let publish = RedisScript(
        mergeFunction + findEpoch + """
            local count = (#KEYS - 1) / 2
            local new = tonumber(ARGV[3])
            local isStamped = ARGV[4] == epoch
            local stored = redis.call('MGET', unpack(KEYS, 2))
            for i = 1, count do
                local entry = ARGV[4 + i]
                if not stored[i] or not refuses(stored[i], entry) then
                    if not isStamped then
                        entry = string.sub(entry, 1, 17) .. epoch .. string.sub(entry, 34)
                    end
                    redis.call('SET', KEYS[1 + i], entry, 'PX', ARGV[2])
                end
            end
            local unread = string.rep('0', 16) .. 'n' .. string.rep('0', 16)
            -- Several records may belong to one product.
            local values = {}
            for i = 1, count do
                local key = KEYS[1 + count + i]
                local value = values[key] or stored[count + i]
                if i <= new or value and kind(value) ~= 'n' then
                    local merged = merge(value or unread, ARGV[count + 3 + 2 * i], ARGV[count + 4 + 2 * i])
                    if kind(merged) ~= 'c' or string.sub(merged, 18, 33) ~= epoch then
                        redis.call('SET', key, merged, 'PX', ARGV[2])
                    elseif merged ~= value then
                        redis.call('SET', key, merged, 'KEEPTTL')
                    end
                    values[key] = merged
                end
            end
            return epoch
            """)

    /// Stores records that a reader found. KEYS: the epoch, the quarantine, the record keys. ARGV: the name for an epoch to
    /// start; the life in milliseconds; the entries.
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

    /// Merges all lines of a product, as a reader found them, with the stored ones. The entry becomes complete unless a
    /// tombstone is left in it or a record is newer than its line; from then on writers add their lines, and the next
    /// reader's fill completes it. KEYS: the epoch, the quarantine, the availability, then the record key of each line.
    /// ARGV: the name for an epoch to start; the life in milliseconds; the SKU; then the start and the rest of each line.
    static let fillAvailability = RedisScript(
        mergeFunction + findEpoch + """
            if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
            local value = redis.call('GET', KEYS[3]) or none
            if kind(value) == 'l' then return 0 end
            local stored = {}
            for field, line in string.gmatch(value, '(|' .. string.rep('.', 36) .. ')([^|]*)') do
                stored[#stored + 1] = field
                stored[field] = line
            end
            local mark = 'c'
            local lines = {}
            local function add(field, line)
                if kind(line) == 't' then mark = 'p' end
                lines[#lines + 1] = field .. line
                stored[field] = nil
            end
            local records = #KEYS > 3 and redis.call('MGET', unpack(KEYS, 4)) or {}
            for i = 4, #ARGV, 2 do
                local field, line = ARGV[i], ARGV[i + 1]
                if refuses(stored[field], line) then line = stored[field] end
                if refuses(records[i / 2 - 1], line) then mark = 'p' end
                add(field, line)
            end
            -- Lines that the reader did not see. Writers do not update an unread entry: only the versions of its lines count.
            local isUnread = kind(value) == 'n'
            for _, field in ipairs(stored) do
                local line = stored[field]
                if line then add(field, isUnread and string.sub(line, 1, 16) .. 't' or line) end
            end
            value = bounded(string.rep('0', 16) .. mark .. epoch .. ARGV[3] .. table.concat(lines))
            redis.call('SET', KEYS[3], value, 'PX', ARGV[2])
            return 1
            """)

    /// Stores a tombstone wherever the stored version is older than the committed one. KEYS: the record keys, the
    /// availability keys in the same order. ARGV: the life in milliseconds; then the tombstone and the field of each.
    static let settle = RedisScript(
        mergeFunction + """
            local count = #KEYS / 2
            local stored = redis.call('MGET', unpack(KEYS, 1, count))
            for i = 1, count do
                local tombstone, field = ARGV[2 * i], ARGV[2 * i + 1]
                local committed = version(tombstone)
                local old = version(stored[i])
                if not old or old < committed then
                    redis.call('SET', KEYS[i], tombstone, 'PX', ARGV[1])
                end
                local value = redis.call('GET', KEYS[count + i]) or none
                local _, stop = string.find(value, field, 1, true)
                old = stop and version(string.sub(value, stop + 1, stop + 16))
                if not old or old < committed then
                    value = merge(value, field, tombstone)
                    if kind(value) == 'c' then
                        value = string.sub(value, 1, 16) .. 'p' .. string.sub(value, 18)
                    end
                    redis.call('SET', KEYS[count + i], value, 'PX', ARGV[1])
                end
            end
            return count
            """)

    /// Invalidates the whole cache. KEYS: the epoch, the quarantine. ARGV: the new epoch; the quarantine in milliseconds.
    static let invalidateAll = RedisScript(
        """
        redis.call('SET', KEYS[1], ARGV[1])
        redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
        return 1
        """)

    /// About a thousand warehouses; the availability of a product with more is read from the database. Each commit copies
    /// the entry once, which takes about ten microseconds of the server's time.
    static let maximumAvailabilityBytes = 64 << 10

    /// The most records of one call: a few milliseconds of the server's time, and below the 8,000 values that Lua can
    /// unpack.
    static let maximumRecordsPerCall = 1_000
}
