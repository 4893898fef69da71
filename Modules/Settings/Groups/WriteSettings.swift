internal import ArgumentParser

/// How the write path gathers commands into transactions.
public struct WriteSettings: Sendable {
    /// The maximum number of commands in flight; further ones are answered 503 `system_busy`.
    public let queueCapacity: Int
    /// Batches that are written at the same time, each on its own connection.
    public let lanes: Int
    /// The maximum number of commands in one transaction.
    public let batchLimit: Int

    public init(_ source: SettingsSource) throws(SettingsError) {
        queueCapacity = try source.integer(.queueCapacity, in: 4_096...1_048_576, default: 8_192)
        // Few lanes make large batches; measurements are best with one or two.
        lanes = try source.integer(.lanes, in: 1...8, default: 2)
        batchLimit = try source.integer(.batchLimit, in: 1...1_000, default: 200)
    }
}

public struct WriteOptions: SettingsOptions {
    @Option(.queueCapacity, "Commands that may wait (default: 8192).", value: "n") var queueCapacity
    @Option(.lanes, "Batches written at the same time (default: 2).", value: "n") var lanes
    @Option(.batchLimit, "Commands in one transaction (default: 200).", value: "n") var batchLimit

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [(.queueCapacity, queueCapacity), (.lanes, lanes), (.batchLimit, batchLimit)]
    }
}
