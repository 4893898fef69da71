extension DocumentationPage {
    static let style = """
        :root { color-scheme: light dark; --ink: #1d2430; --paper: #fbfbf9; --line: #d8dae0; --mark: #1d5fa8; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e4e6ea; --paper: #16191f; --line: #363c47; --mark: #7fb4ef; }
        }
        body { margin: 0 auto; max-width: 62rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif;
          color: var(--ink); background: var(--paper); }
        a { color: var(--mark); }
        article { border-top: 1px solid var(--line); padding: .5rem 0; overflow-x: auto; }
        article:target { border-left: .25rem solid var(--mark); padding-left: .75rem; }
        h3 b { color: var(--mark); margin-right: .5rem; }
        h4 { margin: .75rem 0 .25rem; }
        table { border-collapse: collapse; width: 100%; }
        td { border-top: 1px solid var(--line); padding: .25rem .75rem .25rem 0; vertical-align: top; }
        code, pre { font: .9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
        pre { border: 1px solid var(--line); padding: .75rem; overflow-x: auto; }

        """
}
