package dev.keelson.http.mlflow;

import dev.keelson.error.ErrorCode;

/** The error codes of MLflow's protocol, each with its HTTP status. */
enum MlflowCode {
    INTERNAL_ERROR(500),
    INVALID_STATE(500),
    DATA_LOSS(500),
    NOT_IMPLEMENTED(501),
    TEMPORARILY_UNAVAILABLE(503),
    DEADLINE_EXCEEDED(504),
    REQUEST_LIMIT_EXCEEDED(429),
    RESOURCE_EXHAUSTED(429),
    CANCELLED(499),
    ABORTED(409),
    RESOURCE_CONFLICT(409),
    ALREADY_EXISTS(409),
    NOT_FOUND(404),
    ENDPOINT_NOT_FOUND(404),
    RESOURCE_DOES_NOT_EXIST(404),
    PERMISSION_DENIED(403),
    UNAUTHENTICATED(401),
    CUSTOMER_UNAUTHORIZED(401),
    BAD_REQUEST(400),
    RESOURCE_ALREADY_EXISTS(400),
    INVALID_PARAMETER_VALUE(400);

    private final int status;

    MlflowCode(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }

    /** What clients of MLflow are told for one of Keelson's own errors. */
    static MlflowCode of(ErrorCode code) {
        return switch (code) {
            case MODEL_NOT_FOUND, VERSION_NOT_FOUND, RUN_NOT_FOUND, TAG_NOT_FOUND, DATASET_NOT_FOUND, NOT_FOUND ->
                RESOURCE_DOES_NOT_EXIST;
            case ALREADY_EXISTS -> RESOURCE_ALREADY_EXISTS;
            case FORBIDDEN, TRANSITION_REFUSED -> PERMISSION_DENIED;
            // the rest follows from who can do something about it
            default -> switch (code.kind()) {
                case USER -> INVALID_PARAMETER_VALUE;
                case EXTERNAL -> TEMPORARILY_UNAVAILABLE;
                case INTERNAL -> INTERNAL_ERROR;
            };
        };
    }

    /** The code for a refusal that has only a status. */
    static MlflowCode ofStatus(int status) {
        return switch (status) {
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> ENDPOINT_NOT_FOUND;
            case 413, 414 -> INVALID_PARAMETER_VALUE; // the protocol has no code for sizes
            case 429 -> REQUEST_LIMIT_EXCEEDED;
            case 503 -> TEMPORARILY_UNAVAILABLE;
            default -> status >= 500 ? INTERNAL_ERROR : BAD_REQUEST;
        };
    }
}
