// swift-tools-version: 6.2

import PackageDescription

// A package of its own: what it counts is not public, so it compiles the files themselves, through links.
let package = Package(
    name: "instructions",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", path: "Sources/CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "Domain", path: "Sources/Domain"),
        .target(name: "UseCases", dependencies: ["Domain"], path: "Sources/UseCases"),
        .target(name: "Reactor", path: "Sources/Reactor"),
        .target(name: "PostgresClient", dependencies: ["CLibPQ", "Reactor"], path: "Sources/PostgresClient"),
        .executableTarget(
            name: "instructions",
            dependencies: [
                "Domain", "PostgresClient", "UseCases", .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Sources/instructions"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
