// swift-tools-version: 6.2

import PackageDescription

// A package of its own: what it counts is not public, so it compiles the files themselves, through links.
let package = Package(
    name: "instructions",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/apple/swift-collections", from: "1.6.0")],
    targets: [
        .target(name: "Domain", path: "Sources/Domain"),
        .executableTarget(
            name: "instructions",
            dependencies: ["Domain", .product(name: "DequeModule", package: "swift-collections")],
            path: "Sources/instructions"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
