-- The wrk script of the benchmarks: requests of one kind, each for a new order or a random record.
--   [API_KEY=K] wrk … -s load.lua URL -- KIND FILE
-- FILE: record ids, one per line (reserve, reserve5, reserve-once, prepare, get); order ids, each used once (confirm,
-- release); none (receive, ship, transfer, availability: products B0 … B2499 in warehouses W0 … W3); paths (path).
-- Prints one line at the end: RESULT requests/s p50_ms p99_ms answers_that_are_errors broken_connections requests are_orders_used_up

local PRODUCTS, WAREHOUSES = 2500, 4

local kind, text, width, count, make, key
local position = 0

-- --- Before the run, in wrk's main thread ---

local threads = {}

function setup(thread)
    thread:set("part", #threads)
    threads[#threads + 1] = thread
end

-- --- In each worker thread ---

function init(arguments)
    kind = arguments[1]
    make = assert(kinds[kind], "unknown kind")
    key = os.getenv("API_KEY")
    is_used_up = false
    if arguments[2] then
        local file = assert(io.open(arguments[2], "rb"))
        text = file:read("*a")
        file:close()
        -- All lines have one length and stay in one string: each garbage collection would scan a table of a million
        -- lines, which costs more than everything else here. By default the collector waits until memory has doubled.
        -- With a string this large that is more garbage than a processor's cache holds, so it starts after two megabytes.
        collectgarbage("setpause", 100 + math.min(100, math.ceil(200e6 / #text)))
        width = assert(text:find("\n", 1, true), "no line")
        count = #text / width
        assert(count % 1 == 0, "lines of several lengths")
    end
    -- Each thread and each run has its own sequence, so that no order id is used twice.
    local source = assert(io.open("/dev/urandom", "rb"))
    local seed = 0
    for _, byte in ipairs({ source:read(6):byte(1, 6) }) do
        seed = seed * 256 + byte
    end
    source:close()
    math.randomseed(seed)
end

local function uuid()
    local random = math.random
    return string.format("%08x-%04x-4%03x-a%03x-%012x", random(0, 0xffffffff), random(0, 0xffff), random(0, 0xfff),
        random(0, 0xfff), random(0, 0xffffffffffff))
end

--- Returns the line with this number, from 0.
local function line_at(number)
    return text:sub(number * width + 1, (number + 1) * width - 1)
end

local function line()
    return line_at(math.random(0, count - 1))
end

local function get(path)
    return "GET /api/v1" .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        .. (key and "Authorization: Bearer " .. key .. "\r\n" or "") .. "\r\n"
end

--- The text between path and body, by length of the body.
local heads = {}

local function post(path, body, header)
    local head = heads[#body]
    if not head then
        head = (key and "Authorization: Bearer " .. key .. "\r\n" or "")
            .. "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n"
        heads[#body] = head
    end
    return "POST /api/v1" .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n" .. (header or "") .. head .. body
end

-- Few long pieces: joining many pieces would cost more than sending the request.
local BETWEEN = '","quantity":1},{"inventory_id":"'

local function reserve(ttl, header, ids)
    return post("/reservations", '{"order_id":"' .. uuid() .. '","items":[{"inventory_id":"' .. ids
        .. '","quantity":1}],"ttl":' .. ttl .. "}", header)
end

local function five()
    return line() .. BETWEEN .. line() .. BETWEEN .. line() .. BETWEEN .. line() .. BETWEEN .. line()
end

local function resolve(how)
    -- Each order is used once, by one thread; there are two threads.
    local number = 2 * position + part % 2
    position = position + 1
    if number >= count then
        is_used_up = true
        wrk.thread:stop()
        number = 0
    end
    return post("/reservations/" .. line_at(number) .. "/" .. how, "")
end

local function move(path, quantity)
    return post(path, string.format('{"sku":"B%d","warehouse_code":"W%d","quantity":%d,"reason":"delivery"}',
        math.random(0, PRODUCTS - 1), math.random(0, WAREHOUSES - 1), quantity))
end

kinds = {
    reserve = function() return reserve(600, nil, line()) end,
    reserve5 = function() return reserve(600, nil, five()) end,
    ["reserve-once"] = function() return reserve(600, "Idempotency-Key: " .. uuid() .. "\r\n", line()) end,
    -- Orders that live long enough to be confirmed or released.
    prepare = function() return reserve(86400, nil, line()) end,
    confirm = function() return resolve("confirm") end,
    release = function() return resolve("release") end,
    receive = function() return move("/inventory/receive", 5) end,
    ship = function() return move("/inventory/ship", 1) end,
    transfer = function()
        local from = math.random(0, WAREHOUSES - 1)
        return post("/inventory/transfer",
            string.format('{"sku":"B%d","from_warehouse":"W%d","to_warehouse":"W%d","quantity":1}',
                math.random(0, PRODUCTS - 1), from, (from + 1) % WAREHOUSES))
    end,
    get = function() return get("/inventory/" .. line()) end,
    availability = function()
        local skus = {}
        for number = 1, 10 do
            skus[number] = "sku=B" .. math.random(0, PRODUCTS - 1)
        end
        return get("/availability?" .. table.concat(skus, "&"))
    end,
    -- For the constant route.
    path = function() return "GET " .. line() .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" end,
}

function request()
    return make()
end

-- --- After the run, in wrk's main thread ---

function done(summary, latency)
    local errors = summary.errors
    local used_up = 0
    for _, thread in ipairs(threads) do
        if thread:get("is_used_up") then
            used_up = 1
        end
    end
    io.write(string.format("RESULT %.1f %.3f %.3f %d %d %d %d\n", summary.requests / (summary.duration / 1e6),
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout, summary.requests, used_up))
end
