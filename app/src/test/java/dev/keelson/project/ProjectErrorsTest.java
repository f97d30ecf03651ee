package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectErrorsTest {
    private static final String LINE = "  drift:    { crom: \"0 2 * * *\",  run: drift, on_drift: retrain }";
    private static final Problem UNKNOWN_KEY = Problem.at(
            ErrorCode.UNKNOWN_KEY,
            new Location("keelson.yaml", 83, 15),
            "unknown key `crom` in `schedules.drift`",
            "Maybe `cron` was meant.");

    @TempDir
    Path folder;

    private static String render(String contents, Problem... problems) {
        return ProjectErrors.text(List.of(problems), file -> Optional.of(contents));
    }

    @Test
    void problemShowsItsLineWithACaretUnderTheWord() {
        String contents = "\n".repeat(82) + LINE + "\n";

        String text = render(contents, UNKNOWN_KEY);

        assertThat(text).isEqualTo("""
            error[K101]: unknown key `crom` in `schedules.drift`
              --> keelson.yaml:83:15
               |
            83 |   drift:    { crom: "0 2 * * *",  run: drift, on_drift: retrain }
               |               ^^^^ did you mean `cron`?
            """);
    }

    @Test
    void otherRemediesStandBelow() {
        Problem problem = Problem.at(
                ErrorCode.EMBARGO_TOO_SHORT,
                new Location("keelson.yaml", 1, 10),
                "too short",
                "Maybe write `embargo: 1d`.");

        String text = render("embargo: 12h", problem);

        assertThat(text).isEqualTo("""
            error[K111]: too short
             --> keelson.yaml:1:10
              |
            1 | embargo: 12h
              |          ^^^
              = Maybe write `embargo: 1d`.
            """);
    }

    @Test
    void quotedTextIsUnderlinedWithItsQuotes() {
        Problem problem = Problem.at(ErrorCode.BAD_VALUE, new Location("f", 1, 7), "bad", null);

        assertThat(render("cron: \"0 25 * * *\"  # every", problem)).contains("|       ^^^^^^^^^^^^\n");
    }

    @Test
    void problemWithoutAPlaceOrBeyondTheFileIsStillTold() {
        Problem nowhere = Problem.of(ErrorCode.PROJECT_NOT_FOUND, "There is no project file (x).", "Maybe make one.");
        Problem beyond = Problem.at(ErrorCode.BAD_VALUE, new Location("f", 99, 3), "bad", "Maybe good.");
        Problem pastTheEnd = Problem.at(ErrorCode.EXPRESSION_SYNTAX, new Location("f", 1, 400), "ends", null);

        String text = render("one line", nowhere, beyond, pastTheEnd);

        assertThat(text).isEqualTo("""
            error[K115]: There is no project file (x).
              Maybe make one.

            error[K105]: bad
              --> f:99:3
               = Maybe good.

            error[K107]: ends
             --> f:1:400
              |
            1 | one line
              |         ^
            """);
    }

    @Test
    void tabsKeepTheCaretInPlace() {
        Problem problem = Problem.at(ErrorCode.BAD_VALUE, new Location("f", 1, 3), "bad", null);

        assertThat(render("\t\tword", problem)).contains("| \t\t^^^^\n");
    }

    @Test
    void secretIsShownByNoProblemOfItsLine() {
        String text = FootballProject.with(
                "file: ${KEELSON_DATA:-data}/football/matches.csv.gz",
                "fil: x\n"
                        + "    db: { url: \"postgres://keelson:hunter2@db/football\", tabel: matches, password:"
                        + " hunter2 }");

        List<Problem> problems = FootballProject.problems(folder, text, FootballProject.HEADERS);
        String shown = ProjectErrors.text(problems, file -> Optional.of(text));

        assertThat(problems).extracting(Problem::code).contains(ErrorCode.SECRET_IN_FILE, ErrorCode.UNKNOWN_KEY);
        assertThat(shown).contains("****").doesNotContain("hunter2");
        assertThat(problems.stream().map(Problem::toString).collect(Collectors.joining()))
                .doesNotContain("hunter2");
    }

    @Test
    void jsonHasTheFirstProblemAndAll() {
        Problem other = Problem.of(ErrorCode.USAGE, "second", null);

        JsonNode json = ProjectErrors.json(new KeelsonException(List.of(UNKNOWN_KEY, other), null));

        assertThat(json.toString())
                .isEqualTo(
                        "{\"error\":{\"code\":\"K101\",\"message\":\"unknown key `crom` in"
                            + " `schedules.drift`\",\"file\":\"keelson.yaml\",\"line\":83,\"column\":15,\"hint\":\"Maybe"
                            + " `cron` was meant.\"},\"problems\":[{\"code\":\"K101\",\"message\":\"unknown key `crom`"
                            + " in `schedules.drift`\",\"file\":\"keelson.yaml\",\"line\":83,\"column\":15,\"hint\":\"Maybe"
                            + " `cron` was meant.\"},"
                            + "{\"code\":\"K407\",\"message\":\"second\",\"file\":null,\"line\":null,\"column\":null,\"hint\":null}]}");
    }
}
