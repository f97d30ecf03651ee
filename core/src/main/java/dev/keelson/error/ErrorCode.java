package dev.keelson.error;

import java.util.Arrays;
import java.util.Optional;

/** Every error that a caller may expect, with a stable code. A code is never reused for something else. */
public enum ErrorCode {
    // project file
    UNKNOWN_KEY("K101", Kind.USER),
    MISSING_KEY("K102", Kind.USER),
    WRONG_TYPE("K103", Kind.USER),
    UNKNOWN_REFERENCE("K104", Kind.USER),
    BAD_VALUE("K105", Kind.USER),
    YAML_SYNTAX("K106", Kind.USER),
    EXPRESSION_SYNTAX("K107", Kind.USER),
    EXPRESSION_TYPE("K108", Kind.USER),
    FEATURE_READS_OWN_OUTCOME("K109", Kind.USER),
    LABEL_AMONG_FEATURES("K110", Kind.USER),
    EMBARGO_TOO_SHORT("K111", Kind.USER),
    SECRET_IN_FILE("K112", Kind.USER),
    UNKNOWN_ZONE("K113", Kind.USER),
    VARIABLE_NOT_SET("K114", Kind.USER),
    PROJECT_NOT_FOUND("K115", Kind.USER),
    PROJECT_EXISTS("K116", Kind.USER),
    DUPLICATE_KEY("K117", Kind.USER),
    // data
    SOURCE_NOT_FOUND("K201", Kind.USER),
    SOURCE_UNREADABLE("K202", Kind.USER),
    MISSING_COLUMN("K203", Kind.USER),
    EMPTY_SOURCE("K204", Kind.USER),
    DATA_BLOCKED("K205", Kind.USER),
    RAGGED_LINE("K206", Kind.USER),
    BAD_CELL("K207", Kind.USER),
    DATASET_NOT_FOUND("K208", Kind.USER),
    DATASET_TAMPERED("K209", Kind.USER),
    DUPLICATE_ROW("K210", Kind.USER),
    BROKEN_RULE("K220", Kind.USER),
    UNLIKELY_VALUE("K221", Kind.USER),
    REJECTED_ROW("K222", Kind.USER),
    REVIEW_NOT_FOUND("K223", Kind.USER),
    TAG_NOT_FOUND("K224", Kind.USER),
    TARGET_REFUSED("K230", Kind.USER),
    TARGET_UNREACHABLE("K231", Kind.EXTERNAL),
    // models and predictions
    MODEL_NOT_FOUND("K301", Kind.USER),
    VERSION_NOT_FOUND("K302", Kind.USER),
    RUN_NOT_FOUND("K303", Kind.USER),
    BAD_REQUEST("K304", Kind.USER),
    NOT_ENOUGH_ROWS("K305", Kind.USER),
    PREDICTION_NOT_FOUND("K306", Kind.USER),
    TRANSITION_REFUSED("K307", Kind.USER),
    NOT_READY("K308", Kind.EXTERNAL),
    NOT_FOUND("K309", Kind.USER),
    FORBIDDEN("K310", Kind.USER),
    ALREADY_EXISTS("K311", Kind.USER),
    CONFLICT("K312", Kind.USER),
    UNSAFE_PATH("K313", Kind.USER),
    TOO_LARGE("K314", Kind.USER),
    AUDIT_BROKEN("K315", Kind.INTERNAL),
    REGISTRY_UNREACHABLE("K316", Kind.EXTERNAL),
    UNAUTHENTICATED("K320", Kind.USER),
    OVERLOADED("K321", Kind.EXTERNAL),
    TOO_MANY_REQUESTS("K322", Kind.USER),
    // machine
    DISK_FULL("K401", Kind.EXTERNAL),
    NOT_WRITABLE("K402", Kind.USER),
    PORT_IN_USE("K403", Kind.USER),
    PROJECT_IN_USE("K404", Kind.USER),
    STORE_DAMAGED("K405", Kind.INTERNAL),
    NATIVE_LIBRARY_MISSING("K406", Kind.EXTERNAL),
    USAGE("K407", Kind.USER),
    STORE_VERSION("K408", Kind.USER),
    MEMORY_LIMIT("K409", Kind.EXTERNAL),
    STORE_UNREACHABLE("K410", Kind.EXTERNAL),
    STORE_CHANGED("K411", Kind.EXTERNAL),
    WORKER_FAILED("K412", Kind.EXTERNAL),
    // ours
    INTERNAL("K501", Kind.INTERNAL);

    /** Who can do something about it. */
    public enum Kind {
        /** The caller: HTTP 4xx. */
        USER,
        /** The surroundings; a retry may help: HTTP 503. */
        EXTERNAL,
        /** We: HTTP 500. */
        INTERNAL
    }

    private final String code;
    private final Kind kind;

    ErrorCode(String code, Kind kind) {
        this.code = code;
        this.kind = kind;
    }

    /** The stable code, such as {@code K101}. */
    public String code() {
        return code;
    }

    /** The one with a code; empty when there is none. */
    public static Optional<ErrorCode> find(String code) {
        return Arrays.stream(values()).filter(each -> each.code.equals(code)).findFirst();
    }

    /** Who can do something about it. */
    public Kind kind() {
        return kind;
    }
}
