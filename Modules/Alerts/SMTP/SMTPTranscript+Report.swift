import UseCases

extension SMTPTranscript {
    /// The result of the conversation for each recipient.
    ///
    /// A server that refuses the sender, even permanently, says nothing about the recipients: it wants a sign-in or
    /// another sender address, which an operator can fix. So that is a delay.
    /// - Parameters:
    ///   - addresses: the recipients in the order in which they were sent to the server.
    ///   - failure: why the conversation ended early, as text for an operator; nil if it did not.
    func report(_ addresses: [String], failure: String?) -> DeliveryReport {
        guard phase != .opening else {
            let reason = openingRefusal?.text ?? failure ?? Self.silence
            return DeliveryReport(delay: .init(.server, reason: reason))
        }
        var report = DeliveryReport()
        var accepted: [String] = []
        var delayed: SMTPReply?
        for (index, address) in addresses.enumerated() {
            guard index < recipients.count else { break }
            let reply = recipients[index]
            if reply.isPositive {
                accepted.append(address)
            } else if reply.isPermanent {
                report.refused.append(.init(recipient: address, reason: reply.text))
            } else if delayed == nil {
                delayed = reply
            }
        }
        if let message, message.isPositive {
            report.delivered = accepted
        } else if let message, message.isPermanent {
            report.refused += accepted.map { .init(recipient: $0, reason: message.text) }
        }
        if report.delivered.count + report.refused.count < addresses.count {
            let reply: SMTPReply? =
                if let sender, !sender.isPositive {
                    sender
                } else if let message, !message.isPositive,
                    !message.isPermanent
                { message } else { delayed }
            report.delay = .init(.email, reason: reply?.text ?? failure ?? Self.silence)
        }
        return report
    }

    /// No recipient was sent, and the server either said nothing or that it closes the connection. If the connection
    /// was a kept one, a new one may work.
    var isStale: Bool {
        switch phase {
        case .opening: openingRefusal == nil || openingRefusal?.code == SMTPReply.serviceClosing
        case .envelope: sender == nil || sender?.code == SMTPReply.serviceClosing
        case .message, .judged: false
        }
    }

    private static let silence = "the mail server did not say whether it accepted the mail"
}
