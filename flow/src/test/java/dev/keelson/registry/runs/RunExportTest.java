package dev.keelson.registry.runs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunExportTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "plain | plain",
                "a,b | \"a,b\"",
                "say \"x\" | \"say \"\"x\"\"\"",
                "=1+1 | '=1+1",
                "@SUM(A1) | '@SUM(A1)",
                "-0.5 | -0.5",
                "-x | '-x"
            })
    void cellsAreSafeForSpreadsheets(String text, String cell) {
        assertThat(RunExport.quoted(text)).isEqualTo(cell);
    }
}
