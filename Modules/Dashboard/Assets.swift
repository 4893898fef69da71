/// A static file that pages load. Its address contains a hash of its content, so that a browser may cache it forever.
public struct Asset: Sendable {
    /// `main.js`.
    public let name: String
    /// `/assets/main-0123456789abcdef.js`.
    public let path: String
    public let mediaType: String
    public let bytes: [UInt8]

    /// The last segment of the path.
    public var fileName: String { String(path.dropFirst(Self.folder.count)) }

    static let folder = "/assets/"

    init(_ name: String, _ mediaType: String, _ bytes: [UInt8]) {
        self.name = name
        self.mediaType = mediaType
        self.bytes = bytes
        // FNV-1a: it need only tell two versions of the program apart.
        let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        let stem = name.prefix { $0 != "." }
        let padding = String(repeating: "0", count: 16 - digits.count)
        path = "\(Self.folder)\(stem)-\(padding)\(digits)\(name.dropFirst(stem.count))"
    }

    /// Every file, built once.
    public static let all: [Asset] = {
        let script = "text/javascript; charset=utf-8"
        var assets = [
            Asset("dashboard.css", "text/css; charset=utf-8", PackageResources.dashboard_css),
            Asset("icon.svg", "image/svg+xml", PackageResources.icon_svg),
        ]
        // In dependency order: a script refers to those before it by address, so their hashes enter its own.
        let scripts = [
            ("calls.js", PackageResources.calls_js), ("times.js", PackageResources.times_js),
            ("theme.js", PackageResources.theme_js), ("live.js", PackageResources.live_js),
            ("forms.js", PackageResources.forms_js), ("main.js", PackageResources.main_js),
        ]
        for (name, bytes) in scripts {
            var text = String(decoding: bytes, as: UTF8.self)
            for other in assets { text.replace("\"./\(other.name)\"", with: "\"./\(other.fileName)\"") }
            assets.append(Asset(name, script, Array(text.utf8)))
        }
        return assets
    }()

    /// - Precondition: there is such a file.
    public static func path(of name: String) -> String {
        guard let asset = all.first(where: { $0.name == name }) else { preconditionFailure("no asset \(name)") }
        return asset.path
    }
}
