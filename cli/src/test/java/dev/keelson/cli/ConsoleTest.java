package dev.keelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConsoleTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Console console(boolean terminal) {
        return new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), terminal);
    }

    @Test
    void pipedTableIsTabSeparatedWithoutHeader() {
        console(false).table(List.of("A", "B"), List.of(List.of("1", "a\tb\nc"), List.of("22", "")));

        assertThat(out.toString(UTF_8).lines()).containsExactly("1\ta b c", "22\t");
    }

    @Test
    void pipedTableHasAHeaderWhereOneIsAskedFor() {
        Console console = console(false);
        console.header(true);

        console.table(List.of("A", "B"), List.of(List.of("1", "x")));
        console.table(List.of("C"), List.of());

        assertThat(out.toString(UTF_8).lines()).containsExactly("A\tB", "1\tx", "C");
    }

    @Test
    void tableOfATerminalIsAlignedWithHeader() {
        console(true).table(List.of("A", "B"), List.of(List.of("1", "x"), List.of("22", "y")));

        assertThat(out.toString(UTF_8).lines()).containsExactly("A   B", "1   x", "22  y");
    }

    @Test
    void withJsonOnlyTheDocumentIsData() {
        Console console = console(false);
        console.use(true, false);

        console.line("text");
        console.table(List.of("A"), List.of(List.of("1")));
        console.document(Catalogued.object().put("a", 1));

        assertThat(out.toString(UTF_8)).isEqualToIgnoringWhitespace("{\"a\":1}");
    }

    @Test
    void progressIsOneLineInTenSecondsAndOneAtTheEndWithoutATerminal() {
        long[] now = {0};
        ProgressLine progress =
                new ProgressLine(console(false), new PrintStream(err, true, UTF_8), false, "replay", () -> now[0]);

        for (int i = 1; i <= 100; i++) {
            now[0] += 250_000_000;
            progress.at(i, 100, "2020-01-01");
        }

        assertThat(err.toString(UTF_8).lines())
                .hasSize(3)
                .last()
                .isEqualTo("replay 100/100  2020-01-01  4.0/s, in 25.0 s");
        assertThat(err.toString(UTF_8)).startsWith("replay 40/100  2020-01-01  4.0/s, about 15 s left");
    }

    @Test
    void rateIsThatOfWhatWasDoneSinceTheFirstCall() {
        long[] now = {0};
        ProgressLine progress =
                new ProgressLine(console(false), new PrintStream(err, true, UTF_8), false, "tune", () -> now[0]);

        now[0] += 1_000_000_000;
        progress.at(301, 400, "m");
        now[0] += 9_900_000_000L;
        progress.at(400, 400, "m");

        assertThat(err.toString(UTF_8).strip()).isEqualTo("tune 400/400  m  10.0/s, in 10.9 s");
    }

    @Test
    void workThatIsToldAtItsEndHasNoRate() {
        long[] now = {0};
        ProgressLine progress =
                new ProgressLine(console(false), new PrintStream(err, true, UTF_8), false, "tune", () -> now[0]);

        now[0] += 1_400_000_000;
        progress.at(8, 8, "m");

        assertThat(err.toString(UTF_8).strip()).isEqualTo("tune 8/8  m  in 1.4 s");
    }

    @Test
    void shortWorkWithoutATerminalIsOneLine() {
        ProgressLine progress =
                new ProgressLine(console(false), new PrintStream(err, true, UTF_8), false, "materialize", () -> 0);

        for (int i = 1; i <= 100; i++) {
            progress.at(i, 100, "matches");
        }

        assertThat(err.toString(UTF_8).lines()).singleElement().asString().startsWith("materialize 100/100  matches");
    }

    @Test
    void partsAreToldInPercentWithTheRateOfWhatIsCounted() {
        long[] now = {0};
        ProgressLine progress =
                new ProgressLine(console(false), new PrintStream(err, true, UTF_8), false, "materialize", () -> now[0]);

        now[0] = 10_000_000_000L;
        progress.part(50_000, 200_000, "bets", "rows");
        now[0] = 20_000_000_000L;
        progress.part(200_000, 200_000, "bets", "rows");
        now[0] = 21_000_000_000L;
        progress.part(500, 500, "odds", "rows");
        progress.part(0, 0, "file.csv", null);

        assertThat(err.toString(UTF_8).lines())
                .containsExactly(
                        "materialize 25 %  bets  5,000 rows/s, about 30 s left",
                        "materialize 100 %  bets  10,000 rows/s, in 20.0 s",
                        "materialize 100 %  odds  500 rows/s, in 1.0 s",
                        "materialize 100 %  file.csv  in 0.0 s");
    }

    @Test
    void progressIsRewrittenOnATerminal() {
        ProgressLine progress = new ProgressLine(console(true), new PrintStream(err, true, UTF_8), true, "replay", System::nanoTime);

        progress.at(7, 8, "x");
        progress.at(8, 8, "y");

        assertThat(err.toString(UTF_8)).startsWith("\rreplay 7/8").contains("\rreplay 8/8").endsWith(System.lineSeparator());
    }
}
