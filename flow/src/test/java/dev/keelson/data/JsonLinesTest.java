package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.ColumnType;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private static final String LINE = """
            {"div":"E0","date":"2021-05-23","HomeTeam":"Leeds","AwayTeam":"Fulham","FTHG":%s}
            """;

    private static SourceRows read(String text) {
        return SourceReader.parse(
                Sources.dated().key("div", "date", "HomeTeam", "AwayTeam").build(), "matches.jsonl", text.getBytes(StandardCharsets.UTF_8), null);
    }

    @Test
    void objectIsARowAndItsNamesAreTheColumns() {
        SourceRows rows = read("\n" + LINE.formatted("3") + LINE.formatted("4").replace("Leeds", "Hull"));

        assertThat(rows.frame().rows()).isEqualTo(2);
        assertThat(rows.schema().names()).startsWith("div", "date", "HomeTeam", "AwayTeam", "FTHG");
        assertThat(rows.frame().vector("FTHG").get(0)).isEqualTo(4L);
        assertThat(rows.line(0)).isEqualTo(3);
    }

    @Test
    void sameRowsHaveTheSameContentAsFromCsv() {
        SourceRows json = read(LINE.formatted("3"));
        SourceRows csv =
                Sources.read(Sources.dated().key("div", "date", "HomeTeam", "AwayTeam").build(), "div,date,HomeTeam,AwayTeam,FTHG\nE0,2021-05-23,Leeds,Fulham,3\n");

        assertThat(json.schema()).isEqualTo(csv.schema());
        assertThat(json.contentHigh(0)).isEqualTo(csv.contentHigh(0));
    }

    @Test
    void textOfDigitsStaysAText() {
        SourceRows rows = read(LINE.formatted("\"3\""));

        assertThat(rows.schema().column("FTHG").type()).isEqualTo(ColumnType.STRING);
    }

    @Test
    void nullMissingNameAndEmptyTextAreMissingCells() {
        SourceRows rows = read(LINE.formatted("null")
                + LINE.formatted("2").replace("Leeds", "Hull")
                + LINE.formatted("2").replace("Leeds", "Ajax").replace(",\"FTHG\":2", ""));

        assertThat(rows.frame().vector("FTHG").isNull(0)).isTrue();
        assertThat(rows.frame().vector("FTHG").get(1)).isEqualTo(2L);
        assertThat(rows.frame().vector("FTHG").isNull(2)).isTrue();
    }

    @Test
    void brokenLineIsSetAsideWithItsPlaceAndTheOthersStay() {
        SourceRows rows = read(LINE.formatted("3") + "{\"div\":\"E0\",oops}\n" + LINE.formatted("1").replace("Leeds", "Hull"));

        assertThat(rows.frame().rows()).isEqualTo(2);
        assertThat(rows.quarantined()).singleElement().satisfies(row -> {
            assertThat(row.line()).isEqualTo(2);
            assertThat(row.column()).isGreaterThan(10);
            assertThat(row.reason()).startsWith("The line is not JSON");
            assertThat(row.rawLine()).isEqualTo("{\"div\":\"E0\",oops}");
        });
    }

    @Test
    void fieldNamedTwiceAndTextBehindTheObjectBreakALine() {
        SourceRows rows = read(LINE.formatted("3") + "{\"div\":1,\"div\":2}\n" + "{\"div\":1} {\"div\":2}\n[1]\n");

        assertThat(rows.quarantined()).hasSize(3).allSatisfy(row -> assertThat(row.code()).isEqualTo(ErrorCode.BAD_CELL));
        assertThat(rows.quarantined().getLast().reason()).contains("not a JSON object");
    }

    @Test
    void badCellPointsAtItsValue() {
        SourceRows rows = SourceReader.parse(
                Sources.dated().key("div", "date", "HomeTeam", "AwayTeam").least("FTHG", 0, ColumnDefinition.OnFail.QUARANTINE).build(),
                "matches.ndjson",
                (LINE.formatted("3") + LINE.formatted("-1").replace("Leeds", "Hull")).getBytes(StandardCharsets.UTF_8),
                null);

        assertThat(rows.quarantined()).singleElement().satisfies(row -> {
            assertThat(row.location()).hasToString("matches.ndjson:2:78");
            assertThat(row.rawValue()).isEqualTo("-1");
        });
    }

    @Test
    void oneDocumentOverManyLinesIsRefusedWithARemedy() {
        KeelsonException failure =
                catchThrowableOfType(KeelsonException.class, () -> read("[\n  {\"div\": 1},\n  {\"div\": 2}\n]\n"));

        assertThat(failure).isNotNull();
        assertThat(failure.code()).isIn(ErrorCode.SOURCE_UNREADABLE, ErrorCode.MISSING_COLUMN);
    }

    @Test
    void emptyFileIsSaid() {
        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> read("\n\n"));

        assertThat(failure.code()).isEqualTo(ErrorCode.EMPTY_SOURCE);
    }
}
