import UseCases

extension SMTPTranscript {
    /// What the conversation means for those who were to get the mail.
    ///
    /// A server that refuses the sender, also for good, says nothing of the recipients: it wants a sign-in or another
    /// sender's address, which an operator can mend. So that is a delay.
    /// - Parameters:
    ///   - addresses: the recipients in the order in which they were named to the server.
    ///   - failure: why it ended early, in words for an operator; nil when it did not.
    func report(_ addresses: [String], failure: String?) -> DeliveryReport {
        guard phase != .opening else {
            let words = openingRefusal?.words ?? failure ?? Self.silence
            return DeliveryReport(delay: .init(.server, words: words))
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
                report.refused.append(.init(recipient: address, words: reply.words))
            } else if delayed == nil {
                delayed = reply
            }
        }
        if let message, message.isPositive {
            report.delivered = accepted
        } else if let message, message.isPermanent {
            report.refused += accepted.map { .init(recipient: $0, words: message.words) }
        }
        if report.delivered.count + report.refused.count < addresses.count {
            let reply: SMTPReply? =
                if let sender, !sender.isPositive {
                    sender
                } else if let message, !message.isPositive,
                    !message.isPermanent
                { message } else { delayed }
            report.delay = .init(.email, words: reply?.words ?? failure ?? Self.silence)
        }
        return report
    }

    /// Nobody was named to the server, and it either said nothing or that it hangs up. On a connection that was kept this
    /// means that a new one is worth a try.
    var isStale: Bool {
        switch phase {
        case .opening: openingRefusal == nil || openingRefusal?.code == SMTPReply.serviceClosing
        case .envelope: sender == nil || sender?.code == SMTPReply.serviceClosing
        case .message, .judged: false
        }
    }

    private static let silence = "the mail server did not say what became of the mail"
}
