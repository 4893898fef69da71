public import Domain
import RedisClient
import Synchronization
public import UseCases

extension RedisStockCache {
    public func records(_ keys: [RecordKey]) async -> [RecordKey: InventoryRecord] {
        var found: [RecordKey: InventoryRecord] = [:]
        var rest = dirty.withLock { dirty in dirty.isClean ? keys : keys.filter { !dirty.contains($0) } }[...]
        while !rest.isEmpty {
            let part = rest.prefix(CacheScripts.maximumRecordsPerCall)
            rest = rest.dropFirst(part.count)
            var command = RedisCommand("MGET", argumentCount: part.count + 1, byteCount: part.count * 96)
            command.append(CacheKeys.epoch)
            for key in part { CacheKeys.append(key, to: &command) }
            // If Redis does not answer now, the rest is not requested either.
            guard let reply = try? await client.send(command, timeout: limits.answer).array else { break }
            guard reply.count == part.count + 1, let epoch = reply[0].bytes else { continue }
            for (key, value) in zip(part, reply.dropFirst()) {
                guard let bytes = value.bytes else { continue }
                found[key] = RecordEntry.decode(bytes, key: key, epoch: epoch)
            }
        }
        metrics.records.count(requested: keys.count, found: found.count)
        return found
    }

    public func availability(_ products: [ProductID]) async -> [ProductID: ProductAvailability] {
        var found: [ProductID: ProductAvailability] = [:]
        var rest = dirty.withLock { dirty in dirty.isClean ? products : products.filter { !dirty.contains($0) } }[...]
        while !rest.isEmpty {
            let part = rest.prefix(CacheScripts.maximumRecordsPerCall)
            rest = rest.dropFirst(part.count)
            var command = RedisCommand("MGET", argumentCount: part.count + 1, byteCount: part.count * 64)
            command.append(CacheKeys.epoch)
            for product in part { CacheKeys.append(availability: product, to: &command) }
            guard let reply = try? await client.send(command, timeout: limits.answer).array else { break }
            guard reply.count == part.count + 1, let epoch = reply[0].bytes else { continue }
            for (product, value) in zip(part, reply.dropFirst()) {
                guard let bytes = value.bytes else { continue }
                found[product] = AvailabilityEntry.decode(bytes, product: product, epoch: epoch)
            }
        }
        metrics.availability.count(requested: products.count, found: found.count)
        return found
    }

    public func fill(_ availabilities: [ProductAvailability]) async {
        for availability in availabilities {
            let count = availability.lines.count
            var call = CacheScripts.fillAvailability.call(
                keyCount: 3 + count, argumentCount: 3 + 2 * count, byteCount: 256 + count * 256)
            call.append(CacheKeys.epoch)
            call.append(CacheKeys.quarantine)
            call.append(CacheKeys.availability(availability.product))
            for line in availability.lines {
                call.append(
                    CacheKeys.record(RecordKey(product: availability.product, warehouse: line.warehouseID)))
            }
            call.append(CacheEpoch.random())
            call.append(life)
            call.append(availability.sku.description)
            for line in availability.lines {
                CacheKeys.append(line: line.warehouseID, to: &call)
                call.append(AvailabilityEntry.encode(line))
            }
            client.post(CacheScripts.fillAvailability, call, timeout: limits.answer)
        }
    }
}
