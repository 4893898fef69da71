import RedisClient
import UseCases

/// The scripts on leases; Redis runs each as one step.
enum LeaseScripts {
    /// Takes the keys of each group whose keys are all free.
    ///
    /// KEYS: the flag for yield requests, then the lock keys. ARGV: the requesting process; the token; the lease and the
    /// life of a yield request in milliseconds; the number of single-key groups, whose keys come first; then each other
    /// group as its size and the positions of its keys. A lock's value is the process (16 characters) and the token.
    ///
    /// Returns two texts of 0 and 1: for each group whether it was granted, and for each key whether it was taken while
    /// another process waits for it. The second text is empty if there are no yield requests. In the most frequent case
    /// (single keys only, all free, no yield requests) it returns the number 1 instead.
    ///
    /// A process leaves no yield request for its own leases, and does not replace one of another process: one is enough for
    /// the holder. The script reads yield requests only if the flag exists, which lives as long as the newest of them.
    static let acquire = RedisScript(
        """
        local count = #KEYS - 1
        local process, value = ARGV[1], ARGV[1] .. ARGV[2]
        local function get(names)
            if #names <= 4000 then return redis.call('MGET', unpack(names)) end
            local found = {}
            for first = 1, #names, 4000 do
                local part = redis.call('MGET', unpack(names, first, math.min(first + 3999, #names)))
                for i = 1, #part do found[first + i - 1] = part[i] end
            end
            return found
        end
        local function requestKey(i)
            return '\(LeaseKey.yieldRequestPrefix)' .. string.sub(KEYS[i + 1], \(LeaseKey.lockPrefix.utf8.count + 1))
        end
        local found = get(KEYS)
        local isFree = tonumber(ARGV[5]) == count
        for i = 1, count + 1 do
            if found[i] then isFree = false end
        end
        if isFree then
            for i = 2, count + 1 do redis.call('SET', KEYS[i], value, 'PX', ARGV[3]) end
            return 1
        end
        local granted, taken = {}, {}
        local singles = tonumber(ARGV[5])
        for i = 1, singles do
            taken[i] = not found[i + 1]
            granted[i] = taken[i] and '1' or '0'
        end
        local at = 6
        while ARGV[at] do
            local last = at + tonumber(ARGV[at])
            local free = true
            for j = at + 1, last do
                if found[tonumber(ARGV[j]) + 1] then free = false end
            end
            if free then
                for j = at + 1, last do taken[tonumber(ARGV[j])] = true end
            end
            granted[#granted + 1] = free and '1' or '0'
            at = last + 1
        end
        local requests
        if found[1] then
            local names = {}
            for i = 1, count do names[i] = requestKey(i) end
            requests = get(names)
        end
        local contended = {}
        for i = 1, count do
            local request = requests and requests[i]
            if requests then contended[i] = '0' end
            if taken[i] then
                redis.call('SET', KEYS[i + 1], value, 'PX', ARGV[3])
                if request == process then
                    redis.call('DEL', requestKey(i))
                elseif request then
                    contended[i] = '1'
                end
            elseif found[i + 1] and (not request or request == process)
                and string.sub(found[i + 1], 1, 16) ~= process then
                redis.call('SET', requestKey(i), process, 'PX', ARGV[4])
                redis.call('SET', KEYS[1], '1', 'PX', ARGV[4])
            end
        end
        return {table.concat(granted), table.concat(contended)}
        """)

    /// Deletes the keys whose value is still ARGV[1].
    static let release = RedisScript(
        """
        local held = redis.call('MGET', unpack(KEYS))
        local value, areMine = ARGV[1], true
        for i = 1, #KEYS do
            if held[i] ~= value then areMine = false end
        end
        if areMine then return redis.call('DEL', unpack(KEYS)) end
        local mine = {}
        for i = 1, #KEYS do
            if held[i] == value then mine[#mine + 1] = KEYS[i] end
        end
        if #mine == 0 then return 0 end
        return redis.call('DEL', unpack(mine))
        """)

    /// The most keys of one call of `release`: Lua can unpack about 8,000, and Redis does nothing else meanwhile.
    static let maximumKeysPerRelease = 1_000
}
