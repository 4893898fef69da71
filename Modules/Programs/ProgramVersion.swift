/// The version that every program of this package reports.
package let programVersion = "1.0.0"
