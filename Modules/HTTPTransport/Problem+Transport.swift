import HTTPCore

extension Problem {
    /// Nothing was done.
    static let overloaded = Problem.retry(
        .systemBusy, "System busy. Please retry.", afterSeconds: 1, cause: "too many requests in flight")

    /// What was asked may still be done.
    static let tooLate = Problem(
        .unavailable, "The answer took too long; whether it was carried out is not known.")
}
