package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Condition;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceChecksTest {
    private static final Instant NOW = Instant.parse("2021-02-01T00:00:00Z");
    private static final String FIRST =
            """
            id,date,league,x
            a,2021-01-01,E0,1
            b,2021-01-02,E0,2
            c,2021-01-04,E0,3
            d,2021-01-02,D1,4
            e,2021-01-05,D1,
            """;
    private static final String SECOND =
            FIRST + """
            f,2021-01-06,I1,30
            g,2021-01-07,I1,
            """;

    private final InMemoryDatasetStore store = new InMemoryDatasetStore();
    private final DataLoad load = new DataLoad(store);

    private static Sources source() {
        return Sources.dated().lateWindow(Duration.ofDays(30));
    }

    private CheckResult check(String condition, String csv) {
        return load.check(Sources.read(source().warn(condition).build(), csv), null, NOW)
                .checks()
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    row_count >= 1      ; 5
                    distinct(league) > 0; 2
                    min(x) > 0          ; 1
                    max(x) > 0          ; 4
                    mean(x) > 0         ; 2.5
                    median(x) > 0       ; 2.5
                    p25(x) > 0          ; 1.75
                    std(x) > 0          ; 1.2909944487358056
                    missing(x) < 50%    ; 0.2
                    gaps(1d, league) < 9; 3
                    gaps(1d) < 9        ; 1
                    """)
    void measuresAreThoseOfTheRows(String condition, double observed) {
        CheckResult result = check(condition, FIRST);

        assertThat(result.passed()).isTrue();
        assertThat(result.observed()).isEqualTo(observed);
    }

    @Test
    void sharesAndChangesAreToldInPercentHoweverTheLimitIsWritten() {
        assertThat(check("missing(x) == 0", FIRST).observedText()).isEqualTo("20.00 %");
        assertThat(check("missing(x) < 0.5", FIRST).limitText()).isEqualTo("50.00 %");
        assertThat(check("change(row_count) < 0.5", FIRST).observedText()).isEqualTo("0.00 %");
        assertThat(check("quarantined == 0", FIRST).toJson().path("unit").asText()).isEqualTo("percent");
        assertThat(check("row_count >= 1", FIRST).observedText()).isEqualTo("5");
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00 %", "0.0000158, 0.002 %", "0.00000004, 0.000004 %", "0.0002, 0.02 %", "0.99999842, 99.9998 %", "1, 100.00 %"})
    void shareIsToldAsNoneOrAllOnlyWhenItIs(double share, String text) {
        CheckResult result = new CheckResult(
                CheckDefinition.Severity.WARN, "missing(x) == 0", share, 0, Condition.Unit.PERCENT, false);

        assertThat(result.observedText()).isEqualTo(text);
    }

    @Test
    void failureSaysHowManyRowsOrWhyItIsNotKnown() {
        assertThat(check("missing(x) == 0", FIRST).failure()).isEqualTo("it is 20.00 % (1 of 5 rows)");
        assertThat(check("unmatched(league, leagues.name) == 0", FIRST).failure())
                .isEqualTo("it cannot be judged: the source (leagues) is not loaded yet, or has no column (name): it is to be"
                        + " loaded first (`keelson data load leagues`), or declared before this one");
    }

    @Test
    void limitOfAShareThatCountsRowsIsRefused() {
        CheckResult result = check("missing(x) < 10", FIRST);

        assertThat(result.passed()).isFalse();
        assertThat(result.detail()).contains("share from 0 to 1");
    }

    @Test
    void gapsSayWhere() {
        assertThat(check("gaps(1d, league) == 0", FIRST).detail())
                .isEqualTo("D1: 2 after 2021-01-02T00:00:00Z; E0: 1 after 2021-01-02T00:00:00Z");
    }

    @Test
    void changeIsAgainstTheLastAcceptedVersion() {
        assertThat(check("change(mean(x)) < 1%", FIRST).observed()).isZero();

        load.load(Sources.read(source().build(), FIRST), null, NOW);

        assertThat(check("change(mean(x)) < 20%", SECOND).observed()).isEqualTo(8 / 2.5 - 1);
        assertThat(check("change(mean(x)) < 20%", SECOND).passed()).isFalse();
        assertThat(check("change(row_count) <= 40%", SECOND).passed()).isTrue();
        assertThat(check("change(missing(x)) < 10%", SECOND).observed()).isEqualTo(2.0 / 7 - 0.2);
        assertThat(check("change(distinct(league)) < 60%", SECOND).passed()).isTrue();
    }

    @Test
    void valuesWithoutCounterpartInAnotherSourceAreFound() {
        SourceDefinition leagues = Sources.dated().name("leagues").build();
        load.load(Sources.read(leagues, "id,date,name\n1,2021-01-01,E0\n2,2021-01-01,SP1\n"), null, NOW);

        CheckResult result = check("unmatched(league, leagues.name) == 0", FIRST);

        assertThat(result.observed()).isEqualTo(2);
        assertThat(result.passed()).isFalse();
        assertThat(result.detail()).isEqualTo("D1");
    }

    @Test
    void blockThatCannotBeEvaluatedBlocks() {
        for (String condition : new String[] {
            "unmatched(league, leagues.name) == 0", "mean(league) > 0", "missing(nowhere) < 1%", "mean(x, league) > 0"
        }) {
            SourceRows rows = Sources.read(source().block(condition).build(), FIRST);

            assertThatThrownBy(() -> load.load(rows, null, NOW))
                    .as(condition)
                    .isInstanceOf(KeelsonException.class);
            assertThat(store.latest("matches")).isEmpty();
        }
    }

    @Test
    void warningThatCannotBeEvaluatedIsAFinding() {
        CheckResult result = check("missing(nowhere) < 1%", FIRST);

        assertThat(result.passed()).isFalse();
        assertThat(result.detail()).contains("nowhere");
    }

    @Test
    void checkChangesNothing() {
        load.check(Sources.read(source().build(), FIRST), null, NOW);

        assertThat(store.latest("matches")).isEmpty();
        assertThat(load.load(Sources.read(source().build(), FIRST), null, NOW).loaded())
                .isEqualTo(5);
    }
}
