/// Does one piece of work a given number of times: `scripts/bench-instructions` counts what that takes.
@main
struct Instructions {
    /// The pieces in the order of the table; each does one command or one body at a time.
    static let works: [(name: String, work: @Sendable (Int) -> Void)] = [
        ("machine: reserve, 1 item, batch of 64", { StockWork(commands: 64, items: 1).reserve(times: $0) }),
        ("machine: reserve, 5 items, batch of 64", { StockWork(commands: 64, items: 5).reserve(times: $0) }),
        ("machine: reserve, 1 item, alone", { StockWork(commands: 1, items: 1).reserve(times: $0) }),
        ("machine: receive, batch of 64", { StockWork(commands: 64, items: 1).receive(times: $0) }),
        ("JSON: read a reservation of 1 item", { JSONWork(items: 1).read(times: $0) }),
        ("JSON: read a reservation of 5 items", { JSONWork(items: 5).read(times: $0) }),
        ("JSON: a reservation's body to its fields, 1 item", { JSONWork(items: 1).readFields(times: $0) }),
        ("JSON: a reservation's body to its fields, 5 items", { JSONWork(items: 5).readFields(times: $0) }),
        ("JSON: write the answer to a reservation", { JSONWork.answer(times: $0) }),
    ]

    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let times = Int(arguments[2]), times > 0 else {
            for (name, _) in works { print(name) }
            return
        }
        guard let work = works.first(where: { $0.name == arguments[1] })?.work else { return print("unknown work") }
        work(times)
    }
}

/// Keeps the optimiser from removing work whose result is not used.
@inline(never)
func use<Value>(_ value: Value) {}
