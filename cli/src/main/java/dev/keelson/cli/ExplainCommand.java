package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson explain}. */
@Command(name = "explain", description = "Explain an error code, such as K101; without one, list all.")
final class ExplainCommand extends KeelsonCommand {
    @Parameters(arity = "0..1", paramLabel = "CODE", description = "The code in the brackets of an error.")
    @Nullable String code;

    @Override
    int run(Session session) {
        if (code == null) {
            list(session);
            return YES;
        }
        ErrorCode wanted = find(code);
        Explanations.Explanation explanation = Explanations.of(wanted);
        session.console().line("%s: %s\n\n%s".formatted(wanted.code(), explanation.title(), explanation.text()));
        session.console().document(json(wanted).put("text", explanation.text()));
        return YES;
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
