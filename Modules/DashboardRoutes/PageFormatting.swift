import Dashboard
import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Texts and links that several pages share.
enum PageFormatting {
    static func product(_ sku: SKU) -> String { product(sku.description) }

    /// The path of a SKU's page, with the SKU percent-encoded.
    static func product(_ sku: String) -> String {
        "/dashboard/products/\(PercentEncoding.encode(segment: sku))"
    }

    static func moment(_ instant: Instant) -> [String: Any] { Moment(RFC3339.format(instant)).values }

    /// The urgency of an available quantity; nil for a normal one.
    static func tone(available: Int64, isLow: Bool) -> String? {
        available <= 0 ? "out" : isLow ? "low" : nil
    }

    /// The first group of an order's id, enough for people to tell orders apart.
    static func short(_ order: OrderID) -> String { String(order.description.prefix(8)) }

    /// `1 unit`, `12 units`.
    static func units(_ count: Int64) -> String { units(ExactDecimal(count)) }

    static func units(_ count: ExactDecimal) -> String {
        "\(Figures.grouped(decimal: count.description)) \(count.description == "1" ? "unit" : "units")"
    }

    /// An amount of money, exact at any size.
    static func value(_ quantity: Int64, _ price: Money) -> String {
        let hundredths = Int128(quantity) * Int128(price.hundredths)
        let (units, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        return Figures.grouped(decimal: "\(units).\(rest < 10 ? "0" : "")\(rest)")
    }

    /// The links to the first and to the next page of a list; nil when the list has one page.
    static func pager<Item>(
        _ page: Page<Item>, at path: String, _ query: [(String, String)], isFirst: Bool
    ) -> [String: Any]? {
        guard page.next != nil || !isFirst else { return nil }
        var values: [String: Any] = [:]
        if !isFirst { values["first"] = link(path, query) }
        if let next = page.next { values["next"] = link(path, query + [("cursor", next.token)]) }
        return values
    }

    static func link(_ path: String, _ query: [(String, String)]) -> String {
        let pairs = query.filter { !$0.1.isEmpty }.map { "\($0.0)=\(PercentEncoding.encode(segment: $0.1))" }
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }
}

extension APIRequest {
    /// The change that made the page reload; nil when the user loads it.
    var liveChange: Int? { headers[.liveEvent].flatMap { Int($0) } }

    /// A query parameter as text; empty when absent.
    func text(_ name: String) -> String {
        if case .text(let text)? = query[name] { text } else { "" }
    }

    /// The page of a list that the request's cursor names.
    /// - Throws: the 400 problem for a malformed cursor.
    func page(limit: Int) throws -> PageRequest {
        switch query["cursor"] {
        case .text(let token): PageRequest(limit: limit, cursor: try Cursor(token: token))
        case .undecodable: throw Cursor.problem
        case nil: PageRequest(limit: limit)
        }
    }
}
