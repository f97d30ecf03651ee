package dev.keelson.expression;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the problems of one text, so that all of them are reported at once. */
final class Diagnostics {
    private final Located source;
    private final List<Finding> findings = new ArrayList<>();

    private record Finding(ErrorCode code, int offset, String message, @Nullable String hint) {}

    Diagnostics(Located source) {
        this.source = source;
    }

    void syntax(int offset, String message, @Nullable String hint) {
        findings.add(new Finding(ErrorCode.EXPRESSION_SYNTAX, offset, message, hint));
    }

    void type(int offset, String message, @Nullable String hint) {
        findings.add(new Finding(ErrorCode.EXPRESSION_TYPE, offset, message, hint));
    }

    /** Gives what was found at that offset another remedy. */
    void rehint(int offset, String hint) {
        findings.replaceAll(found ->
                found.offset() == offset ? new Finding(found.code(), offset, found.message(), hint) : found);
    }

    /** Records a syntax error after which parsing cannot go on. */
    KeelsonException fatal(int offset, String message, @Nullable String hint) {
        syntax(offset, message, hint);
        return exception();
    }

    void throwIfAny() {
        if (!findings.isEmpty()) {
            throw exception();
        }
    }

    private KeelsonException exception() {
        return new KeelsonException(findings.stream().map(this::problem).toList(), null);
    }

    private Problem problem(Finding found) {
        int characters = source.text().codePointCount(0, found.offset());
        Location location = source.at(characters);
        String message = location == null
                ? "%s (At character %d of `%s`.)".formatted(found.message(), characters + 1, source.text())
                : found.message();
        return Problem.at(found.code(), location, message, found.hint());
    }
}
