import Domain
internal import Mustache
import UseCases

/// A digest as the templates see it.
struct DigestPage: MustacheParent {
    let subject: String
    let digest: AlertDigest
    let currency: String
    let isPlain: Bool

    func child(named name: String) -> Any? {
        switch name {
        case "subject": subject
        case "intro": intro
        case "rows":
            digest.lines.enumerated().map { index, line in
                DigestRow(line: line, number: index + 1, currency: currency, isPlain: isPlain)
            }
        case "total": total.description
        case "currency": currency
        case "recoveredCount": recoveredNote
        default: nil
        }
    }

    private var intro: String {
        digest.lines.count == 1
            ? "One item has reached its reorder point."
            : "\(digest.lines.count) items have reached their reorder points."
    }

    private var recoveredNote: String? {
        let count = digest.lines.count { $0.resolvedAt != nil }
        return switch count {
        case 0: nil
        case 1: "One of them has recovered since and needs no order. The total leaves it out."
        default: "\(count) of them have recovered since and need no order. The total leaves them out."
        }
    }

    /// The value of the items that still need an order: the suggestion of a recovered item is withdrawn.
    private var total: Amount {
        var total = Amount.zero
        for line in digest.lines where line.resolvedAt == nil {
            total += Amount(line.suggestedQuantity, times: line.unitPrice)
        }
        return total
    }
}
