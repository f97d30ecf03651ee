package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.keelson.data.RowRule.OnFail;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.ArrayRow;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowRulesTest {
    private static final Instant NOW = Instant.parse("2021-02-01T00:00:00Z");
    private static final String CSV =
            """
            id,date,low,high
            a,2021-01-01,1,2
            b,2021-01-02,3,2
            c,2021-01-03,,2
            d,2021-01-04,9,2
            """;

    private static SourceDefinition source(OnFail onFail, String... columns) {
        return Sources.dated().rule("high >= low", onFail, columns).build();
    }

    private final DataLoad load = new DataLoad(new InMemoryDatasetStore());

    @Test
    void rowThatBreaksARuleGoesToQuarantineWithPlaceAndValues() {
        LoadReport report = load.load(Sources.read(source(OnFail.QUARANTINE), CSV), null, NOW);

        assertThat(report.loaded()).isEqualTo(2); // c has no low: it cannot be told, and stays
        assertThat(report.quarantined())
                .extracting(QuarantinedRow::code, QuarantinedRow::line, QuarantinedRow::column, QuarantinedRow::reason)
                .containsExactly(
                        tuple(
                                ErrorCode.BROKEN_RULE,
                                3,
                                16,
                                "The row breaks the rule (high >= low): high is 2, low is 3."),
                        tuple(
                                ErrorCode.BROKEN_RULE,
                                5,
                                16,
                                "The row breaks the rule (high >= low): high is 2, low is 9."));
    }

    @Test
    void cellsBecomeMissingWhereTheRuleSaysSo() {
        SourceRows rows = Sources.read(source(OnFail.NULL, "low"), CSV);

        assertThat(rows.frame().rows()).isEqualTo(4);
        assertThat(rows.nulled()).containsEntry("low", 2L);
        assertThat(rows.frame().vector("low").isNull(1)).isTrue();
        assertThat(rows.frame().vector("high").isNull(1)).isFalse();
    }

    @Test
    void warningMarksTheRowsAndLoadsThem() {
        LoadReport report = load.load(Sources.read(source(OnFail.WARN), CSV), null, NOW);

        assertThat(report.loaded()).isEqualTo(4);
        assertThat(report.marked()).extracting(QuarantinedRow::line).containsExactly(3, 5);
        assertThat(report.markedId()).isNotNull();
        assertThat(report.warnings())
                .extracting(CheckResult::condition, CheckResult::observed)
                .containsExactly(tuple("rows: high >= low", 2.0));
    }

    @Test
    void blockRefusesTheLoadAndNamesTheFirstRow() {
        SourceRows rows = Sources.read(source(OnFail.BLOCK), CSV);

        assertThatThrownBy(() -> load.load(rows, null, NOW))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("2 of its rows break `high >= low`")
                .hasMessageContaining("matches.csv:3:16");
        assertThat(load.check(rows, null, NOW).checks()).extracting(CheckResult::passed).containsExactly(false);
    }

    @Test
    void rowsKnownLaterDoNotCountBefore() {
        Instant before = Instant.parse("2021-01-04T00:00:00Z");

        LoadReport report = load.load(Sources.read(source(OnFail.WARN), CSV), before, before);

        assertThat(report.marked()).extracting(QuarantinedRow::line).containsExactly(3);
    }

    @Test
    void ruleThatCannotBeEvaluatedRefusesTheLoad() {
        SourceDefinition source =
                Sources.dated().rule("hihg >= low", OnFail.WARN).build();

        assertThatThrownBy(() -> Sources.read(source, CSV))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("hihg")
                .hasMessageContaining("high");
    }

    @Test
    void requestIsJudgedByTheSameRules() {
        Schema schema = new Schema(List.of(
                new Column("odds", ColumnType.DOUBLE),
                new Column("implied", ColumnType.DOUBLE),
                new Column("league", ColumnType.STRING)));
        SourceDefinition source = Sources.dated()
                .least("odds", 1.01, ColumnDefinition.OnFail.QUARANTINE)
                .column(new ColumnDefinition(
                        "league",
                        ColumnType.STRING,
                        List.of(),
                        true,
                        null,
                        null,
                        List.of(),
                        "[A-Z]\\d",
                        ColumnDefinition.OnFail.QUARANTINE,
                        null))
                .rule("abs(implied - 1/odds) < 0.01", OnFail.QUARANTINE)
                .build();
        RowSchema rules = RowSchema.of(source, schema);
        BitSet all = new BitSet();
        all.set(0, 3);
        ArrayRow row = new ArrayRow(schema);

        assertThat(rules.check(row.setDouble(0, 2).setDouble(1, 0.5).setText(2, "E0"), all)).isEmpty();
        assertThat(rules.check(row.setDouble(0, 1).setDouble(1, 0.5).setText(2, "E"), all))
                .extracting(RowSchema.Broken::reason)
                .containsExactly(
                        "The value (1) of the column (odds) is below the least value allowed (1.01).",
                        "The value (E) of the column (league) does not match the pattern [A-Z]\\d.",
                        "The row breaks the rule (abs(implied - 1/odds) < 0.01): implied is 0.5, odds is 1.");
        assertThat(rules.check(row.setDouble(0, 2).setNull(2), all))
                .extracting(RowSchema.Broken::column)
                .containsExactly("league");
        assertThat(rules.check(row, new BitSet())).isEmpty();
    }
}
