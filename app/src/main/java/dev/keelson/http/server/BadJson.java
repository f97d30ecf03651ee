package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;

/** Says that a body is not JSON, with the place; the parser's own words are not for a client. */
final class BadJson {
    private BadJson() {}

    static KeelsonException of(JsonProcessingException cause) {
        JsonLocation at = cause.getLocation();
        String place = at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
        return switch (cause) {
            case JsonEOFException _ ->
                new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The JSON of the body ends too early%s.".formatted(place),
                        "Maybe a bracket or a quotation mark is not closed.",
                        cause);
            case StreamConstraintsException _ ->
                new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The JSON of the body is nested too deeply, or holds too long a text or number%s.".formatted(place),
                        null,
                        cause);
            default ->
                new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The body is not JSON%s.".formatted(place),
                        "Maybe a comma, a colon or a quotation mark is missing just before; names and texts stand in double quotes.",
                        cause);
        };
    }
}
