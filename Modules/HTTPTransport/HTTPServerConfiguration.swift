/// Where and how the server listens.
package struct HTTPServerConfiguration: Sendable {
    package var host: String
    /// 0 lets the system choose; `HTTPServer` then tells which.
    package var port: Int
    /// Serve HTTPS, HTTP/1.1 and HTTP/2; nil: plain HTTP/1.1.
    package var certificate: TLSCertificate?
    /// Threads that read and write sockets. Two cores that PostgreSQL shares are busy with one or two.
    package var eventLoops = 2
    /// Connections that the kernel may hold until they are accepted: a sale opens a thousand at once.
    package var backlog = 1_024
    /// Bytes that the request line and all headers may have; 100 SKUs of `/availability` are 20 KiB.
    package var highestHeaderBytes = 64 << 10
    /// Headers that a request may have.
    package var highestHeaderCount = 100
    /// What callers may take.
    var limits = TransportLimits()
    /// How long requests in flight may take after SIGTERM.
    package var shutdownLimit: Duration = .seconds(10)

    package init(host: String = "127.0.0.1", port: Int = 8_080) {
        self.host = host
        self.port = port
    }
}
