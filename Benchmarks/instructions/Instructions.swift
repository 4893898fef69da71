/// Runs one workload a given number of times; `scripts/bench-instructions` counts the instructions.
@main
struct Instructions {
    /// The workloads in the order of the table; one repetition is one command or one body.
    static let workloads: [(name: String, work: @Sendable (Int) -> Void)] = [
        ("machine: reserve, 1 item, batch of 64", { StockWork(commands: 64, items: 1).reserve(times: $0) }),
        ("machine: reserve, 5 items, batch of 64", { StockWork(commands: 64, items: 5).reserve(times: $0) }),
        ("machine: reserve, 1 item, alone", { StockWork(commands: 1, items: 1).reserve(times: $0) }),
        ("machine: receive, batch of 64", { StockWork(commands: 64, items: 1).receive(times: $0) }),
        ("queue: one command, batches of 64, nothing held", { QueueWork(isHot: false).pass(times: $0) }),
        ("queue: one command, one hot record, batches of 64", { QueueWork(isHot: true).pass(times: $0) }),
        ("JSON: read a reservation of 1 item", { JSONWork(items: 1).read(times: $0) }),
        ("JSON: read a reservation of 5 items", { JSONWork(items: 5).read(times: $0) }),
        ("JSON: a reservation's body to its fields, 1 item", { JSONWork(items: 1).readFields(times: $0) }),
        ("JSON: a reservation's body to its fields, 5 items", { JSONWork(items: 5).readFields(times: $0) }),
        ("JSON: write the answer to a reservation", { JSONWork.answer(times: $0) }),
        ("batch: decode a locked record, batches of 64", { BatchWork().load(times: $0) }),
        ("batch: parameters of a reserve, batches of 64", { BatchWork().save(times: $0) }),
    ]

    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let times = Int(arguments[2]), times > 0 else {
            for (name, _) in workloads { print(name) }
            return
        }
        guard let work = workloads.first(where: { $0.name == arguments[1] })?.work else {
            return print("unknown workload")
        }
        work(times)
    }
}

/// Keeps the optimiser from removing work whose result is not used.
@inline(never)
func use<Value>(_ value: Value) {}
