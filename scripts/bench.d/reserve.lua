-- wrk's part of scripts/bench: every request reserves one unit of a random record for a new order.
--   wrk … -s reserve.lua URL -- FILE          FILE: record ids, one a line
-- Ends with one line: RESULT requests/s p50_ms p99_ms answers_that_are_errors broken_connections

local head, ids

function init(arguments)
    ids = {}
    for line in io.lines(arguments[1]) do
        ids[#ids + 1] = line
    end
    -- Each thread and each run has its own sequence, or order ids would come twice.
    local source = assert(io.open("/dev/urandom", "rb"))
    local seed = 0
    for _, byte in ipairs({ source:read(6):byte(1, 6) }) do
        seed = seed * 256 + byte
    end
    source:close()
    math.randomseed(seed)
    -- Ids have one length, so the head is the same for all.
    head = "POST /api/v1/reservations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
        .. #body(ids[1]) .. "\r\n\r\n"
end

local function uuid()
    local random = math.random
    return string.format("%08x-%04x-4%03x-%04x-%04x%08x", random(0, 0xffffffff), random(0, 0xffff), random(0, 0xfff),
        random(0x8000, 0xbfff), random(0, 0xffff), random(0, 0xffffffff))
end

function body(id)
    return '{"order_id":"' .. uuid() .. '","items":[{"inventory_id":"' .. id .. '","quantity":1}],"ttl":600}'
end

function request()
    return head .. body(ids[math.random(#ids)])
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("RESULT %.1f %.3f %.3f %d %d\n", summary.requests / (summary.duration / 1e6),
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
