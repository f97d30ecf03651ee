package dev.keelson.http.mlflow;

/** A refusal in the words of MLflow's protocol. */
final class MlflowFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final MlflowCode code;

    MlflowFailure(MlflowCode code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** A value that cannot be. */
    static MlflowFailure invalid(String message) {
        return new MlflowFailure(MlflowCode.INVALID_PARAMETER_VALUE, message);
    }

    /** Something that is not there. */
    static MlflowFailure absent(String message) {
        return new MlflowFailure(MlflowCode.RESOURCE_DOES_NOT_EXIST, message);
    }

    /** A field that must be there: clients look for this very text. */
    static MlflowFailure missing(String field) {
        return invalid(
                "Missing value for required parameter '%s'. See the API docs for more information about request parameters."
                        .formatted(field));
    }

    MlflowCode code() {
        return code;
    }

    /** The message; there always is one. */
    String text() {
        String message = getMessage();
        return message == null ? code.name() : message;
    }
}
