import ArgumentParser
import Replay
import UnixSignals

/// `inventoryctl replay`: replays real checkouts against running servers.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Loads a catalogue and opening stock, and replays real checkouts over HTTP.",
        discussion: "Ctrl-C stops it and prints the report so far.")

    @OptionGroup var arguments: ReplayArguments

    func run() async throws {
        let arguments = arguments
        let replay = Task { try await arguments.run() }
        let signals = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { replay.cancel() }
        }
        defer { signals.cancel() }
        try await replay.value
    }
}
