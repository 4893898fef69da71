import Testing

@testable import Settings

@Suite("The file of --config")
struct EnvironmentFileTests {
    @Test("names, values, quotes, comments and line ends are read as in a shell")
    func values() throws {
        let text = """
            # a comment
            A=1
              export B = x
            C=a b # comment
            D=a#b
            E='single # "quoted" \\n'
            F="double \\"quoted\\" \\\\ \\n end" # comment
            G=
            H=a=b
            I=p@ss'word"
            """
            .replacing("B = x", with: "B= x")
        let values = try EnvironmentFile.parse(text.replacing("\n", with: "\r\n"))
        #expect(
            values == [
                "A": "1", "B": "x", "C": "a b", "D": "a#b", "E": "single # \"quoted\" \\n",
                "F": "double \"quoted\" \\ \n end", "G": "", "H": "a=b", "I": "p@ss'word\"",
            ]
        )
    }

    @Test(
        "a slip of the pen is an error with its line",
        arguments: [
            ("A=1\nB", 2, "is not NAME=value"), ("\n1A=2", 2, "\"1A\" is not a name"),
            ("A B=1", 1, "\"A B\" is not a name"), ("=1", 1, "\"\" is not a name"),
            ("A='x", 1, "the quotes of A do not match"), ("A=\"x\" y", 1, "the quotes of A do not match"),
            ("A=1\nA=2", 2, "gives A a second time"),
        ]
    )
    func faults(text: String, line: Int, reason: String) {
        #expect(throws: EnvironmentFile.Fault(line: line, reason: reason)) { try EnvironmentFile.parse(text) }
    }
}
