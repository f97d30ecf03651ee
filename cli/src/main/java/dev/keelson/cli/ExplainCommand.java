package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson explain}. */
@Command(
        name = "explain",
        description = "Explain a model, one of its rows, a prediction, or an error code such as K101; without one, list the codes.",
        footer = "Contributions of features add up to the margin of the model, before it is calibrated.")
final class ExplainCommand extends KeelsonCommand {
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern CODE = Pattern.compile("(error)?\\s*\\[?[Kk][0-9]{3}\\]?:?");

    @Parameters(
            arity = "0..1",
            paramLabel = "WHAT",
            description = "A model, a version of one (models:/MODEL/3, MODEL@champion), the id of a prediction, or the code in the brackets of an error.")
    @Nullable String code;

    @Option(names = "--row", paramLabel = "KEY", description = "Of a model: this row, its key values joined by |.")
    @Nullable String row;

    @Option(
            names = "--model-version",
            paramLabel = "VERSION",
            description = "Of a model: this version (3, v3, an alias, a stage or latest; default: the champion).")
    @Nullable String version;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "500",
            description = "Of a model: rows that it is explained by at most (default: 500).")
    int rows = dev.keelson.http.Explanations.ROWS;

    @Override
    int run(Session session) {
        if (code == null) {
            list(session);
            return YES;
        }
        if (UUID_TEXT.matcher(code).matches()) {
            new ModelExplained(session).prediction(UUID.fromString(code));
            return YES;
        }
        if (ModelExplained.isReference(code)) {
            checkRows();
            new ModelExplained(session).version(code, row, rows);
            return YES;
        }
        if (row != null || version != null || !isCode(code)) {
            checkRows();
            if (row == null && version == null && !isModel(session, code)) {
                find(code); // says which codes there are
            }
            new ModelExplained(session).model(code, version, row, rows);
            return YES;
        }
        ErrorCode wanted = find(code);
        Explanations.Explanation explanation = Explanations.of(wanted);
        session.console().line("%s: %s\n\n%s".formatted(wanted.code(), explanation.title(), explanation.text()));
        session.console().document(json(wanted).put("text", explanation.text()));
        return YES;
    }

    private void checkRows() {
        if (rows < 1) {
            throw new KeelsonException(ErrorCode.USAGE, "--rows (%d) must be at least 1.".formatted(rows), null);
        }
    }

    private static boolean isCode(String written) {
        return CODE.matcher(written.strip()).matches()
                || Stream.of(ErrorCode.values()).anyMatch(each -> each.name().equalsIgnoreCase(written.replace('-', '_')));
    }

    /** Whether a text is meant as a model: there is a project, and it has one or is asked for another. */
    private static boolean isModel(Session session, String name) {
        try {
            Projects.model(session.project(), name);
            return true;
        } catch (KeelsonException e) {
            if (e.problems().getFirst().code() == ErrorCode.MODEL_NOT_FOUND) {
                throw e;
            }
            return false;
        }
    }

    private static void list(Session session) {
        List<List<String>> rows = new ArrayList<>();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        var codes = document.putArray("codes");
        for (ErrorCode each : ErrorCode.values()) {
            rows.add(List.of(each.code(), Explanations.of(each).title()));
            codes.add(json(each));
        }
        session.console().table(List.of("CODE", "WHAT"), rows);
        session.console().document(document);
    }

    private static ObjectNode json(ErrorCode code) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("code", code.code())
                .put("name", code.name().toLowerCase(Locale.ROOT))
                .put("kind", code.kind().name().toLowerCase(Locale.ROOT))
                .put("title", Explanations.of(code).title());
    }

    private static ErrorCode find(String written) {
        String wanted = written.replace("error", "").replaceAll("[\\[\\]:\\s]", "").toUpperCase(Locale.ROOT);
        List<String> codes = Stream.of(ErrorCode.values()).map(ErrorCode::code).toList();
        return Stream.of(ErrorCode.values())
                .filter(each -> each.code().equals(wanted) || each.name().equals(wanted.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.USAGE,
                        "There is no error code (%s).".formatted(written),
                        Suggestion.sentence(wanted, codes)
                                .orElse("Maybe `keelson explain` without a code lists them all.")));
    }
}
