package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.Located;
import dev.keelson.expression.Durations;
import dev.keelson.frame.ColumnType;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DatasetRecipeTest {
    private static final Instant NOW = Instant.parse("2021-06-30T00:00:00Z");

    private static SourceDefinition source() {
        return SourceDefinition.of("trips", Located.of("trips.csv"))
                .key(List.of("id"))
                .eventTime("at")
                .columns(List.of(column("fare", ColumnType.DOUBLE, 0.0, List.of())))
                .rules(List.of(rule("fare < 600", RowRule.OnFail.QUARANTINE)))
                .build();
    }

    private static ColumnDefinition column(
            String name, ColumnType type, @Nullable Double min, List<String> formats) {
        return new ColumnDefinition(
                name, type, formats, false, min, null, List.of(), null, ColumnDefinition.OnFail.QUARANTINE, null);
    }

    private static RowRule rule(String check, RowRule.OnFail onFail) {
        return new RowRule(Located.of(check), onFail, List.of());
    }

    static Stream<Arguments> changes() {
        SourceDefinition source = source();
        return Stream.of(
                Arguments.of(source.with().created("paid").build(), "created was none, is paid"),
                Arguments.of(source.with().key(List.of("id", "at")).build(), "key was [id], is [id, at]"),
                Arguments.of(source.with().eventTime("paid").build(), "event_time was at, is paid"),
                Arguments.of(source.with().knownAfter(Durations.parse("90m")).build(), "known_after was 0s, is 1h30m"),
                Arguments.of(source.with().zone(ZoneId.of("Asia/Tokyo")).build(), "zone was Z, is Asia/Tokyo"),
                Arguments.of(source.with().cursor("paid").build(), "cursor was none, is paid"),
                Arguments.of(
                        source.withColumns(List.of(column("fare", ColumnType.DOUBLE, 0.5, List.of()))),
                        "fare: min was 0, is 0.5"),
                Arguments.of(
                        source.withColumns(List.of(column("fare", ColumnType.STRING, 0.0, List.of()))),
                        "fare: type was double, is string"),
                Arguments.of(
                        source.withColumns(List.of(column("fare", ColumnType.DOUBLE, 0.0, List.of("dd/MM/yyyy")))),
                        "fare: formats was none, is [dd/MM/yyyy]"),
                Arguments.of(source.withColumns(List.of()), "fare was double, min 0, is not declared"),
                Arguments.of(source.with().rules(List.of()).build(), "the rule `fare < 600` (quarantine) is gone"),
                Arguments.of(
                        source.with()
                                .operation(new RowOperation("op", List.of("I"), List.of(), List.of("D")))
                                .build(),
                        "operation was none, is column op, insert [I], update none, delete [D]"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void changesAreToldInWords(SourceDefinition changed, String words) {
        DatasetRecipe made = DatasetRecipe.of(source());

        DatasetRecipe now = DatasetRecipe.of(changed);

        assertThat(made.changesTo(now)).containsExactly(words);
        assertThat(DatasetRecipe.parse(now.text())).isEqualTo(now);
        assertThat(DatasetRecipe.of(now.over(source()))).isEqualTo(now);
    }

    @Test
    void severityOfARuleCounts() {
        SourceDefinition warned = source().with()
                .rules(List.of(rule("fare < 600", RowRule.OnFail.WARN)))
                .build();

        assertThat(DatasetRecipe.of(source()).changesTo(DatasetRecipe.of(warned)))
                .containsExactly(
                        "the rule `fare < 600` (quarantine) is gone", "the rule `fare < 600` (warn) is new");
    }

    @Test
    void whatDoesNotDecideAboutRowsIsNoPart() {
        SourceDefinition other = source().with()
                .outcomes(List.of("fare"))
                .lateWindow(Durations.parse("30d"))
                .checks(List.of(new CheckDefinition(CheckDefinition.Severity.BLOCK, Located.of("row_count > 1"))))
                .anomalies(List.of(new AnomalyRule(
                        "fare", AnomalyRule.Method.MAD, AnomalyRule.Of.VALUE, 8, List.of(), null)))
                .build()
                .withOrigin(new SourceOrigin.Files(Located.of("elsewhere/trips.csv")));

        assertThat(DatasetRecipe.of(other)).isEqualTo(DatasetRecipe.of(source())).hasSameHashCodeAs(DatasetRecipe.of(source()));
    }

    @Test
    void noteOfTheReleaseBeforeIsUnderstood() {
        SourceDefinition source = SourceDefinition.of("trips", Located.of("trips.csv"))
                .key(List.of("id"))
                .eventTime("at")
                .columns(List.of(column("at", ColumnType.DATE, null, List.of()), column("fare", ColumnType.LONG, null, List.of())))
                .build();
        DatasetVersion version = Objects.requireNonNull(new DataLoad(new InMemoryDatasetStore())
                .load(Sources.read(source, "id,at,fare\n1,2021-05-01,7\n"), null, NOW)
                .version());

        assertThat(DatasetRecipe.noted(source, version, null)).isEqualTo(DatasetRecipe.of(source));
        assertThat(DatasetRecipe.noted(
                                source,
                                version,
                                "event_time day, created seen, known_after PT1H, outcomes [a, b], zone Asia/Tokyo")
                        .changesTo(DatasetRecipe.of(source)))
                .containsExactly(
                        "event_time was day, is at",
                        "created was seen, is none",
                        "known_after was 1h, is 0s",
                        "zone was Asia/Tokyo, is Z");
        SourceDefinition text = source.withColumns(
                List.of(column("at", ColumnType.DATE, null, List.of()), column("fare", ColumnType.STRING, null, List.of())));
        assertThat(DatasetRecipe.noted(text, version, null).changesTo(DatasetRecipe.of(text)))
                .containsExactly("fare: type was long, is string");
    }

    @Test
    void otherTextsAreNoRecipe() {
        for (String text : List.of("", "[]", "{}", "{\"key\": [\"id\"], \"event_time\": \"at\"}")) {
            assertThatThrownBy(() -> DatasetRecipe.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
