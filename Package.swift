// swift-tools-version: 6.2

import PackageDescription

// MARK: - Dependencies

let dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let ordered = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

/// A module is a folder under `Modules`, with one library product each.
/// - Parameter embedded: files that are compiled into the program, so that it does not have to find them on disk.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], embedded: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Modules/\(name)",
        resources: embedded.map { .embedInCode($0) })
}

/// An app is a composition root under `Apps`, without logic of its own.
func app(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Apps/\(name)")
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)")
}

// MARK: - Modules

let modules: [Target] = [
    // MARK: Small shared things
    module("Basics"),

    // MARK: Rules
    module("Domain"),
    module("UseCases", ["Domain"]),
    module("Credentials", ["Domain", "UseCases", crypto]),
    module("Tokens", ["Basics", "Reactor", "UseCases", crypto, jwtKit, logging]),

    // MARK: Tables
    module("CSV"),
    module("Tables", ["CSV", "Domain", "UseCases"]),

    // MARK: Drivers
    module("Reactor"),
    module("PostgresClient", ["Basics", "CLibPQ", "Reactor"]),
    module("RedisClient", ["Basics", "CHiredis", "Reactor", metrics]),

    // MARK: Adapters for PostgreSQL, Redis and SMTP
    // What the PostgreSQL ports share: codecs, rows, failures, idempotency keys, pages.
    module("PostgresRows", ["Domain", "PostgresClient", "UseCases", metrics]),
    // What names mean, remembered by the process.
    module("PostgresDirectory", ["Domain", "PostgresClient", "PostgresRows", "Reactor", "UseCases", ordered]),
    // Every change of stock: the group-commit engine, imports, and the overdue records that the sweeper expires.
    module(
        "WritePath",
        [
            "Domain", "PostgresClient", "PostgresDirectory", "PostgresRows", "Reactor", "UseCases", deque, logging,
            metrics,
        ]),
    // Alerts, suggestions and the emails about them; all that the mailer reads and writes.
    module("Outbox", ["Basics", "Domain", "PostgresClient", "PostgresRows", "UseCases"]),
    // Reports, the sums that they come from, and the purge of what has expired.
    module(
        "PostgresReports",
        ["Domain", "PostgresClient", "PostgresRows", "Reactor", "UseCases", logging, metrics]),
    // Catalogue, reads of stock, API keys and the dashboard's reads.
    module("PostgresStores", ["Domain", "PostgresClient", "PostgresDirectory", "PostgresRows", "UseCases"]),
    // The migrator and the audit of the stock against its ledger, for inventoryctl alone.
    module("PostgresSchema", ["PostgresClient"]),
    module("Locking", ["Basics", "Domain", "UseCases", "RedisClient", metrics]),
    module("Cache", ["Domain", "UseCases", "RedisClient", metrics]),
    module("RateLimits", ["Basics", "RedisClient", "UseCases", metrics]),
    module("Alerts", ["Basics", "Domain", "UseCases", "CCurl", "Reactor", logging, metrics, mustache]),

    // MARK: HTTP, dashboard, settings and telemetry
    module(
        "Dashboard", ["Basics", mustache],
        embedded: [
            "Assets/alerts.mustache", "Assets/message.mustache", "Assets/order.mustache", "Assets/overview.mustache",
            "Assets/product.mustache", "Assets/products.mustache", "Assets/shell.mustache", "Assets/sign-in.mustache",
            "Assets/stock-forms.mustache", "Assets/dashboard.css", "Assets/icon.svg", "Assets/main.js",
            "Assets/calls.js", "Assets/forms.js", "Assets/live.js", "Assets/theme.js", "Assets/times.js",
        ]),
    module("JSON", [nioCore]),
    module(
        "HTTPCore",
        [
            "Basics", "Credentials", "Domain", "JSON", "Telemetry", "UseCases", crypto, httpTypes, logging, metrics,
            nioCore,
        ]),
    module(
        "HTTPTransport",
        [
            "Basics", "HTTPCore", deque, httpTypes, hummingbirdCore, logging, metrics, nioCore,
            nioHTTP1, nioHTTP2, nioHTTPTypes, nioHTTPTypesHTTP2, nioPosix, nioSSL, nioTLS, serviceLifecycle,
        ]),
    module(
        "InventoryRoutes",
        ["CSV", "Domain", "HTTPCore", "JSON", "Tables", "Telemetry", "UseCases", httpTypes, nioCore]),
    module(
        "DashboardRoutes",
        [
            "Credentials", "Dashboard", "Domain", "HTTPCore", "UseCases", crypto, deque, httpTypes,
            nioCore,
        ]),
    module("OpenAPI", ["Basics", "HTTPCore", "JSON", "UseCases", httpTypes, nioCore]),
    module("Telemetry", ["Reactor", logging, metrics]),
    module("Settings", [argumentParser, configuration]),

    // MARK: What several programs compose in the same way
    // Start, end and status of every program: logs, exit codes, waiting for the database, health checks. No HTTP, no Redis.
    module(
        "Programs",
        [
            "PostgresClient", "Reactor", "Settings", "Telemetry", argumentParser, logging, metrics, serviceLifecycle,
            unixSignals,
        ]),
    // The write path with its settings, and what its processes share through Redis. No HTTP.
    module(
        "StockWriting",
        [
            "Cache", "Locking", "PostgresClient", "PostgresDirectory", "PostgresRows", "Programs", "Reactor",
            "RedisClient", "Settings", "Telemetry", "UseCases", "WritePath", argumentParser, logging, serviceLifecycle,
        ]),
    // The sweeper's work: passes, their faults and figures.
    module("Sweeping", ["Programs", "UseCases", argumentParser, logging, metrics, serviceLifecycle]),
    // The mailer's work as services, and its health.
    module("Mailing", ["Alerts", "Programs", "Telemetry", "UseCases", argumentParser, logging, serviceLifecycle]),

    // MARK: Tools
    module("Replay", ["Basics", "CSV", argumentParser, asyncHTTPClient, nioCore, nioHTTP1]),
]

// C libraries: headers and link flags only, no code of ours.
let systemLibraries: [Target] = [
    .systemLibrary(
        name: "CLibPQ", path: "Modules/CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CHiredis", path: "Modules/CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(
        name: "CCurl", path: "Modules/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
]

// MARK: - Programs

let apps: [Target] = [
    app(
        "inventory-api",
        [
            "Credentials", "DashboardRoutes", "HTTPCore", "HTTPTransport", "InventoryRoutes", "OpenAPI", "Outbox",
            "PostgresClient", "PostgresDirectory", "PostgresReports", "PostgresRows", "PostgresStores", "Programs",
            "RateLimits", "Reactor", "RedisClient", "Settings", "StockWriting", "Telemetry", "Tokens", "UseCases",
            "WritePath", argumentParser, logging, serviceLifecycle, unixSignals,
        ]),
    app(
        "inventory-sweeper",
        [
            "PostgresClient", "PostgresReports", "PostgresRows", "Programs", "RedisClient", "Settings", "StockWriting",
            "Sweeping", "Telemetry", "UseCases", "WritePath", argumentParser, logging, serviceLifecycle,
        ]),
    app(
        "inventory-mailer",
        [
            "Alerts", "Mailing", "Outbox", "PostgresClient", "PostgresRows", "Programs", "Settings", "Telemetry",
            "UseCases", argumentParser, logging, serviceLifecycle,
        ]),
    app(
        "inventoryctl",
        [
            "Alerts", "CSV", "Credentials", "Domain", "Outbox", "PostgresClient", "PostgresDirectory", "PostgresSchema",
            "PostgresStores", "Programs", "Reactor", "Replay", "Settings", "StockWriting", "Tables", "UseCases",
            "WritePath", argumentParser, unixSignals,
        ]),
]

// MARK: - Benchmarks

/// Programs that `scripts/bench` uses to measure. They are not deployed.
let benchmarks: [Target] = [
    .executableTarget(
        name: "constant-route", dependencies: [argumentParser, httpTypes, hummingbird, logging, nioCore],
        path: "Benchmarks/constant-route"),
    .executableTarget(
        name: "instructions",
        dependencies: [
            "CLibPQ", "Domain", "HTTPCore", "InventoryRoutes", "JSON", "PostgresClient", "PostgresRows",
            "WritePath",
        ],
        path: "Benchmarks/instructions"),
    .executableTarget(
        name: "open-loop", dependencies: ["Basics", argumentParser, nioCore, nioPosix], path: "Benchmarks/open-loop"),
]

// MARK: - Tests

/// What the tests share: private databases, an in-memory model, seeds, and waiting for conditions.
let testSupport = Target.target(
    name: "TestSupport",
    dependencies: [
        "Cache", "Domain", "Locking", "PostgresClient", "PostgresDirectory", "PostgresRows", "PostgresSchema",
        "PostgresStores", "Reactor", "UseCases", "WritePath", logging,
    ],
    path: "Tests/Support")

/// Private Redis servers for tests.
let redisTesting = Target.target(
    name: "RedisTesting", dependencies: ["Reactor", "RedisClient"], path: "Tests/RedisTesting")

/// Private mail servers for tests.
let mailTesting = Target.target(
    name: "MailTesting", path: "Tests/MailTesting", exclude: ["smtp-server.py"])

/// Signs tokens as an issuer would.
let tokenTesting = Target.target(
    name: "TokenTesting", dependencies: [crypto, cryptoExtras], path: "Tests/TokenTesting")

let testTargets: [Target] = [
    testSupport,
    redisTesting,
    mailTesting,
    tokenTesting,
    tests("BasicsTests", ["Basics"]),
    tests("DomainTests", ["Domain", "TestSupport"]),
    tests("CSVTests", ["CSV"]),
    tests("TablesTests", ["CSV", "Domain", "Tables", "TestSupport", "UseCases"]),
    tests("CredentialsTests", ["Credentials", "Domain", "TestSupport", "UseCases"]),
    tests(
        "TokensTests",
        ["Reactor", "TestSupport", "TokenTesting", "Tokens", "UseCases", crypto, cryptoExtras, logging]),
    tests("ReactorTests", ["Reactor"]),
    tests("PostgresClientTests", ["Basics", "PostgresClient", "Reactor"]),
    tests("RedisClientTests", ["Basics", "Reactor", "RedisClient", "RedisTesting"]),
    tests("LockingTests", ["Domain", "Locking", "Reactor", "RedisClient", "RedisTesting", "UseCases"]),
    tests("RateLimitsTests", ["RateLimits", "Reactor", "RedisClient", "RedisTesting", "UseCases"]),
    tests("CacheTests", ["Cache", "Domain", "Reactor", "RedisClient", "RedisTesting", "UseCases"]),
    tests(
        "PersistenceTests",
        [
            "Cache", "Domain", "Locking", "Outbox", "PostgresClient", "PostgresDirectory", "PostgresReports",
            "PostgresRows", "PostgresSchema", "PostgresStores", "Reactor", "RedisClient", "TestSupport", "UseCases",
            "WritePath", logging, metrics,
        ]),
    tests(
        "HTTPTests",
        [
            "Credentials", "DashboardRoutes", "Domain", "HTTPCore", "HTTPTransport", "InventoryRoutes", "JSON",
            "OpenAPI",
            "Telemetry", "TestSupport", "UseCases", httpTypes, logging, metrics,
            nioCore,
            nioHPACK, nioHTTP2, nioPosix, nioSSL, serviceLifecycle,
        ]),
    tests("DashboardTests", ["Dashboard", "TestSupport"]),
    tests(
        "SystemTests",
        [
            "MailTesting", "PostgresClient", "Reactor", "TestSupport", "TokenTesting", asyncHTTPClient, crypto, nioCore,
            nioHTTP1, nioPosix,
        ]),
    tests(
        "MailerTests",
        ["Alerts", "Domain", "Outbox", "PostgresClient", "Reactor", "TestSupport", "UseCases", logging]),
    tests("AlertsTests", ["Alerts", "Domain", "MailTesting", "Reactor", "UseCases"]),
    tests("SettingsTests", ["Settings", argumentParser]),
    tests("TelemetryTests", ["Reactor", "Telemetry", logging, metrics]),
    tests("ReplayTests", ["Basics", "CSV", "Replay", argumentParser, nioCore, nioHTTP1, nioPosix]),
]

let package = Package(
    name: "inventory",
    products: modules.map { .library(name: $0.name, targets: [$0.name]) }
        + apps.map { .executable(name: $0.name, targets: [$0.name]) },
    dependencies: dependencies,
    targets: modules + systemLibraries + apps + benchmarks + testTargets,
    swiftLanguageModes: [.v6]
)

// All our targets get the same compiler settings; system libraries take none.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
