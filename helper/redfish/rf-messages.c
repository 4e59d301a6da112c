/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of DMTF's Base registry (DSP8011). The texts are those of the
 * registry, which clients may compare.
 */
#include "osdep.h"

#include "redfish/rf-error.h"

const RfMessage rf_message_table[RF_MESSAGE__MAX] = {
    [RF_MESSAGE_ACCESS_DENIED] = {
        "AccessDenied", 400, "Critical", 1,
        "While attempting to establish a connection to '%1', the service "
        "denied access.",
        "Attempt to ensure that the URI is correct and that the service has "
        "the appropriate credentials." },
    [RF_MESSAGE_ACCESS_FORBIDDEN] = {
        "AccessForbidden", 403, "Critical", 0,
        "Forbidden.",
        "Resubmit the request with credentials that contain the necessary "
        "privileges to perform the requested operation." },
    [RF_MESSAGE_ACCESS_UNAUTHORIZED] = {
        "AccessUnauthorized", 401, "Critical", 0,
        "Unauthorized.",
        "Resubmit the request with valid credentials." },
    [RF_MESSAGE_ACCOUNT_MODIFIED] = {
        "AccountModified", 200, "OK", 0,
        "The account was successfully modified.",
        "None." },
    [RF_MESSAGE_ACCOUNT_REMOVED] = {
        "AccountRemoved", 200, "OK", 0,
        "The account was successfully removed.",
        "None." },
    [RF_MESSAGE_ACTION_NOT_SUPPORTED] = {
        "ActionNotSupported", 400, "Critical", 1,
        "The action %1 is not supported by the resource.",
        "Check the Actions property in the resource for the supported "
        "actions." },
    [RF_MESSAGE_ACTION_PARAMETER_MISSING] = {
        "ActionParameterMissing", 400, "Critical", 2,
        "The action %1 requires the parameter %2 to be present in the "
        "request body.",
        "Supply the action with the required parameter in the request body "
        "when the request is resubmitted." },
    [RF_MESSAGE_ACTION_PARAMETER_NOT_SUPPORTED] = {
        "ActionParameterNotSupported", 400, "Warning", 2,
        "The parameter %1 for the action %2 is not supported on the target "
        "resource.",
        "Remove the parameter supplied and resubmit the request if the "
        "operation failed." },
    [RF_MESSAGE_ACTION_PARAMETER_UNKNOWN] = {
        "ActionParameterUnknown", 400, "Warning", 2,
        "The action %1 was submitted with the invalid parameter %2.",
        "Correct the invalid action parameter and resubmit the request if "
        "the operation failed." },
    [RF_MESSAGE_ACTION_PARAMETER_VALUE_CONFLICT] = {
        "ActionParameterValueConflict", 400, "Warning", 2,
        "The parameter '%1' with the requested value of '%2' does not meet "
        "the constraints of the implementation.",
        "None." },
    [RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR] = {
        "ActionParameterValueError", 400, "Warning", 2,
        "The value for the parameter %1 in the action %2 is invalid.",
        "Correct the value for the parameter in the request body and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_ACTION_PARAMETER_VALUE_FORMAT_ERROR] = {
        "ActionParameterValueFormatError", 400, "Warning", 3,
        "The value '%1' for the parameter %2 in the action %3 is not a "
        "format that the parameter can accept.",
        "Correct the value for the parameter in the request body and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_ACTION_PARAMETER_VALUE_NOT_IN_LIST] = {
        "ActionParameterValueNotInList", 400, "Warning", 3,
        "The value '%1' for the parameter %2 in the action %3 is not in the "
        "list of acceptable values.",
        "Choose a value from the enumeration list that the implementation "
        "can support and resubmit the request if the operation failed." },
    [RF_MESSAGE_ACTION_PARAMETER_VALUE_OUT_OF_RANGE] = {
        "ActionParameterValueOutOfRange", 400, "Warning", 3,
        "The value '%1' for the parameter %2 in the action %3 is not in the "
        "supported range of acceptable values.",
        "Correct the value for the parameter in the request body and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_ACTION_PARAMETER_VALUE_TYPE_ERROR] = {
        "ActionParameterValueTypeError", 400, "Warning", 3,
        "The value '%1' for the parameter %2 in the action %3 is not a type "
        "that the parameter can accept.",
        "Correct the value for the parameter in the request body and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_ARRAY_SIZE_TOO_LONG] = {
        "ArraySizeTooLong", 400, "Warning", 2,
        "The array provided for property %1 exceeds the size limit %2.",
        "Resubmit the request with an appropriate array size." },
    [RF_MESSAGE_COULD_NOT_ESTABLISH_CONNECTION] = {
        "CouldNotEstablishConnection", 400, "Critical", 1,
        "The service failed to establish a connection with the URI '%1'.",
        "Ensure that the URI contains a valid and reachable node name, "
        "protocol information, and other URI components." },
    [RF_MESSAGE_CREATE_FAILED_MISSING_REQ_PROPERTIES] = {
        "CreateFailedMissingReqProperties", 400, "Critical", 1,
        "The create operation failed because the required property %1 was "
        "missing from the request.",
        "Correct the body to include the required property with a valid "
        "value and resubmit the request if the operation failed." },
    [RF_MESSAGE_CREATE_LIMIT_REACHED_FOR_RESOURCE] = {
        "CreateLimitReachedForResource", 503, "Critical", 0,
        "The create operation failed because the resource has reached the "
        "limit of possible resources.",
        "Either delete resources and resubmit the request if the operation "
        "failed or do not resubmit the request." },
    [RF_MESSAGE_CREATED] = {
        "Created", 201, "OK", 0,
        "The resource was created successfully.",
        "None." },
    [RF_MESSAGE_EMPTY_JSON] = {
        "EmptyJSON", 400, "Warning", 0,
        "The request body submitted contained an empty JSON object and the "
        "service is unable to process it.",
        "Add properties in the JSON object and resubmit the request." },
    [RF_MESSAGE_EVENT_BUFFER_EXCEEDED] = {
        "EventBufferExceeded", 200, "Warning", 0,
        "Undelivered events may have been lost due to exceeding the event "
        "buffer.",
        "None." },
    [RF_MESSAGE_EVENT_SUBSCRIPTION_LIMIT_EXCEEDED] = {
        "EventSubscriptionLimitExceeded", 503, "Critical", 0,
        "The event subscription failed due to the number of simultaneous "
        "subscriptions exceeding the limit of the implementation.",
        "Reduce the number of other subscriptions before trying to establish "
        "the event subscription or increase the limit of simultaneous "
        "subscriptions, if supported." },
    [RF_MESSAGE_GENERAL_ERROR] = {
        "GeneralError", 400, "Critical", 0,
        "A general error has occurred.  See Resolution for information on "
        "how to resolve the error, or @Message.ExtendedInfo if Resolution is "
        "not provided.",
        "None." },
    [RF_MESSAGE_HEADER_INVALID] = {
        "HeaderInvalid", 400, "Critical", 1,
        "Header '%1' is invalid.",
        "Resubmit the request with a valid request header." },
    [RF_MESSAGE_HEADER_MISSING] = {
        "HeaderMissing", 400, "Critical", 1,
        "Required header '%1' is missing in the request.",
        "Resubmit the request with the required request header." },
    [RF_MESSAGE_INSUFFICIENT_PRIVILEGE] = {
        "InsufficientPrivilege", 403, "Critical", 0,
        "There are insufficient privileges for the account or credentials "
        "associated with the current session to perform the requested "
        "operation.",
        "Either abandon the operation or change the associated access rights "
        "and resubmit the request if the operation failed." },
    [RF_MESSAGE_INSUFFICIENT_STORAGE] = {
        "InsufficientStorage", 507, "Critical", 0,
        "Insufficient storage or memory available to complete the request.",
        "Increase the free storage space available to the service and "
        "resubmit the request." },
    [RF_MESSAGE_INTERNAL_ERROR] = {
        "InternalError", 500, "Critical", 0,
        "The request failed due to an internal service error.  The service "
        "is still operational.",
        "Resubmit the request.  If the problem persists, consider resetting "
        "the service." },
    [RF_MESSAGE_MALFORMED_JSON] = {
        "MalformedJSON", 400, "Critical", 0,
        "The request body submitted was malformed JSON and could not be "
        "parsed by the receiving service.",
        "Ensure that the request body is valid JSON and resubmit the "
        "request." },
    [RF_MESSAGE_MAXIMUM_ERRORS_EXCEEDED] = {
        "MaximumErrorsExceeded", 400, "Critical", 0,
        "Too many errors have occurred to report them all.",
        "Resolve other reported errors and retry the current operation." },
    [RF_MESSAGE_MISSING_OR_MALFORMED_PART] = {
        "MissingOrMalformedPart", 400, "Critical", 0,
        "The multipart request contains malformed parts or is missing "
        "required parts.",
        "Add any missing required parts or correct the malformed parts and "
        "resubmit the request." },
    [RF_MESSAGE_NETWORK_NAME_RESOLUTION_NOT_SUPPORTED] = {
        "NetworkNameResolutionNotSupported", 400, "Warning", 0,
        "Resolution of network-based names is not supported by this service.",
        "Update any URI values to include an IP address instead of a network "
        "name and resubmit the request." },
    [RF_MESSAGE_NO_OPERATION] = {
        "NoOperation", 400, "Warning", 0,
        "The request body submitted contain no data to act upon and no "
        "changes to the resource took place.",
        "Add properties in the JSON object and resubmit the request." },
    [RF_MESSAGE_NO_VALID_SESSION] = {
        "NoValidSession", 401, "Critical", 0,
        "There is no valid session established with the implementation.",
        "Establish a session before attempting any operations." },
    [RF_MESSAGE_OPERATION_FAILED] = {
        "OperationFailed", 502, "Warning", 0,
        "An error occurred internal to the service as part of the overall "
        "request.  Partial results may have been returned.",
        "Resubmit the request.  If the problem persists, consider resetting "
        "the service or provider." },
    [RF_MESSAGE_OPERATION_NOT_ALLOWED] = {
        "OperationNotAllowed", 405, "Critical", 0,
        "The HTTP method is not allowed on this resource.",
        "None." },
    [RF_MESSAGE_OPERATION_TIMEOUT] = {
        "OperationTimeout", 503, "Warning", 0,
        "A timeout internal to the service occurred as part of the request.  "
        "Partial results may have been returned.",
        "Resubmit the request.  If the problem persists, consider resetting "
        "the service or provider." },
    [RF_MESSAGE_PASSWORD_CHANGE_REQUIRED] = {
        "PasswordChangeRequired", 403, "Critical", 1,
        "The password provided for this account must be changed before "
        "access is granted.  PATCH the Password property for this account "
        "located at the target URI '%1' to complete this process.",
        "Change the password for this account using a PATCH to the Password "
        "property at the URI provided." },
    [RF_MESSAGE_PASSWORD_INCORRECT_LENGTH] = {
        "PasswordIncorrectLength", 400, "Critical", 0,
        "The password provided for this account does not meet the password "
        "length requirements of the service.",
        "Resubmit the request with a password that meets the password length "
        "requirements as specified by the `MinPasswordLength` and "
        "`MaxPasswordLength` properties in the `AccountService` resource." },
    [RF_MESSAGE_PAYLOAD_TOO_LARGE] = {
        "PayloadTooLarge", 413, "Critical", 0,
        "The supplied payload exceeds the maximum size supported by the "
        "service.",
        "Check that the supplied payload is correct and supported by this "
        "service." },
    [RF_MESSAGE_PRECONDITION_FAILED] = {
        "PreconditionFailed", 412, "Critical", 0,
        "The ETag supplied did not match the ETag required to change this "
        "resource.",
        "Try the operation again using the appropriate ETag." },
    [RF_MESSAGE_PRECONDITION_REQUIRED] = {
        "PreconditionRequired", 428, "Critical", 0,
        "A precondition header or annotation is required to change this "
        "resource.",
        "Try the operation again using an If-Match or If-None-Match header "
        "and appropriate ETag." },
    [RF_MESSAGE_PROPERTY_DUPLICATE] = {
        "PropertyDuplicate", 400, "Warning", 1,
        "The property %1 was duplicated in the request.",
        "Remove the duplicate property from the request body and resubmit "
        "the request if the operation failed." },
    [RF_MESSAGE_PROPERTY_MISSING] = {
        "PropertyMissing", 400, "Warning", 1,
        "The property %1 is a required property and must be included in the "
        "request.",
        "Ensure that the property is in the request body and has a valid "
        "value and resubmit the request if the operation failed." },
    [RF_MESSAGE_PROPERTY_MODIFIED] = {
        "PropertyModified", 200, "OK", 0,
        "One or more properties were successfully modified.",
        "None." },
    [RF_MESSAGE_PROPERTY_NOT_UPDATED] = {
        "PropertyNotUpdated", 500, "Critical", 1,
        "The property %1 was not updated due to an internal service error.  "
        "The service is still operational.",
        "Resubmit the request.  If the problem persists, check for "
        "additional messages and consider resetting the service." },
    [RF_MESSAGE_PROPERTY_NOT_WRITABLE] = {
        "PropertyNotWritable", 400, "Warning", 1,
        "The property %1 is a read-only property and cannot be assigned a "
        "value.",
        "Remove the property from the request body and resubmit the request "
        "if the operation failed." },
    [RF_MESSAGE_PROPERTY_UNKNOWN] = {
        "PropertyUnknown", 400, "Warning", 1,
        "The property %1 is not in the list of valid properties for the "
        "resource.",
        "Remove the unknown property from the request body and resubmit the "
        "request if the operation failed." },
    [RF_MESSAGE_PROPERTY_VALUE_CONFLICT] = {
        "PropertyValueConflict", 400, "Warning", 2,
        "The property '%1' could not be written because its value would "
        "conflict with the value of the '%2' property.",
        "None." },
    [RF_MESSAGE_PROPERTY_VALUE_ERROR] = {
        "PropertyValueError", 400, "Warning", 1,
        "The value provided for the property %1 is not valid.",
        "Correct the value for the property in the request body and resubmit "
        "the request if the operation failed." },
    [RF_MESSAGE_PROPERTY_VALUE_FORMAT_ERROR] = {
        "PropertyValueFormatError", 400, "Warning", 2,
        "The value '%1' for the property %2 is not a format that the "
        "property can accept.",
        "Correct the value for the property in the request body and resubmit "
        "the request if the operation failed." },
    [RF_MESSAGE_PROPERTY_VALUE_INCORRECT] = {
        "PropertyValueIncorrect", 400, "Warning", 2,
        "The property '%1' with the requested value of '%2' could not be "
        "written because the value is not acceptable for the property.",
        "None." },
    [RF_MESSAGE_PROPERTY_VALUE_MODIFIED] = {
        "PropertyValueModified", 200, "Warning", 2,
        "The property %1 was assigned the value '%2' due to modification by "
        "the service.",
        "None." },
    [RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST] = {
        "PropertyValueNotInList", 400, "Warning", 2,
        "The value '%1' for the property %2 is not in the list of acceptable "
        "values.",
        "Choose a value from the enumeration list that the implementation "
        "can support and resubmit the request if the operation failed." },
    [RF_MESSAGE_PROPERTY_VALUE_OUT_OF_RANGE] = {
        "PropertyValueOutOfRange", 400, "Warning", 2,
        "The value '%1' for the property %2 is not in the supported range of "
        "acceptable values.",
        "Correct the value for the property in the request body and resubmit "
        "the request if the operation failed." },
    [RF_MESSAGE_PROPERTY_VALUE_RESOURCE_CONFLICT] = {
        "PropertyValueResourceConflict", 409, "Warning", 3,
        "The property '%1' with the requested value of '%2' could not be "
        "written because the value conflicts with the state or configuration "
        "of the resource at '%3'.",
        "None." },
    [RF_MESSAGE_PROPERTY_VALUE_TYPE_ERROR] = {
        "PropertyValueTypeError", 400, "Warning", 2,
        "The value '%1' for the property %2 is not a type that the property "
        "can accept.",
        "Correct the value for the property in the request body and resubmit "
        "the request if the operation failed." },
    [RF_MESSAGE_QUERY_COMBINATION_INVALID] = {
        "QueryCombinationInvalid", 400, "Warning", 0,
        "Two or more query parameters in the request cannot be used together.",
        "Remove one or more of the query parameters and resubmit the request "
        "if the operation failed." },
    [RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_OPERATION] = {
        "QueryNotSupportedOnOperation", 400, "Warning", 0,
        "Querying is not supported with the requested operation.",
        "Remove the query parameters and resubmit the request if the "
        "operation failed." },
    [RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_RESOURCE] = {
        "QueryNotSupportedOnResource", 400, "Warning", 0,
        "Querying is not supported on the requested resource.",
        "Remove the query parameters and resubmit the request if the "
        "operation failed." },
    [RF_MESSAGE_QUERY_PARAMETER_OUT_OF_RANGE] = {
        "QueryParameterOutOfRange", 400, "Warning", 3,
        "The value '%1' for the query parameter %2 is out of range %3.",
        "Reduce the value for the query parameter to a value that is within "
        "range, such as a start or count value that is within bounds of the "
        "number of resources in a collection or a page number that is within "
        "the range of valid pages." },
    [RF_MESSAGE_QUERY_PARAMETER_UNSUPPORTED] = {
        "QueryParameterUnsupported", 501, "Warning", 1,
        "Query parameter '%1' is not supported.",
        "Correct or remove the query parameter and resubmit the request." },
    [RF_MESSAGE_QUERY_PARAMETER_VALUE_ERROR] = {
        "QueryParameterValueError", 400, "Warning", 1,
        "The value for the parameter %1 is invalid.",
        "Correct the value for the query parameter in the request and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_QUERY_PARAMETER_VALUE_FORMAT_ERROR] = {
        "QueryParameterValueFormatError", 400, "Warning", 2,
        "The value '%1' for the parameter %2 is not a format that the "
        "parameter can accept.",
        "Correct the value for the query parameter in the request and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_QUERY_PARAMETER_VALUE_TYPE_ERROR] = {
        "QueryParameterValueTypeError", 400, "Warning", 2,
        "The value '%1' for the query parameter %2 is not a type that the "
        "parameter can accept.",
        "Correct the value for the query parameter in the request and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_RESET_REQUIRED] = {
        "ResetRequired", 200, "Warning", 2,
        "In order to apply changes, recover from errors, or complete the "
        "operation, a component reset is required with the Reset action URI "
        "'%1' and ResetType '%2'.",
        "Perform the required reset action on the specified component." },
    [RF_MESSAGE_RESOURCE_ALREADY_EXISTS] = {
        "ResourceAlreadyExists", 400, "Critical", 3,
        "The requested resource of type %1 with the property %2 with the "
        "value '%3' already exists.",
        "Do not repeat the create operation as the resource was already "
        "created." },
    [RF_MESSAGE_RESOURCE_AT_URI_UNAUTHORIZED] = {
        "ResourceAtUriUnauthorized", 401, "Critical", 2,
        "While accessing the resource at '%1', the service received an "
        "authorization error '%2'.",
        "Ensure that the appropriate access is provided for the service in "
        "order for it to access the URI." },
    [RF_MESSAGE_RESOURCE_CANNOT_BE_DELETED] = {
        "ResourceCannotBeDeleted", 405, "Critical", 0,
        "The delete request failed because the resource requested cannot be "
        "deleted.",
        "Do not attempt to delete a non-deletable resource." },
    [RF_MESSAGE_RESOURCE_IN_STANDBY] = {
        "ResourceInStandby", 409, "Critical", 0,
        "The request could not be performed because the resource is in "
        "standby.",
        "Ensure that the resource is in the correct power state and resubmit "
        "the request." },
    [RF_MESSAGE_RESOURCE_IN_USE] = {
        "ResourceInUse", 409, "Warning", 0,
        "The change to the requested resource failed because the resource is "
        "in use or in transition.",
        "Remove the condition and resubmit the request if the operation "
        "failed." },
    [RF_MESSAGE_RESOURCE_MISSING_AT_URI] = {
        "ResourceMissingAtURI", 404, "Critical", 1,
        "The resource at the URI '%1' was not found.",
        "Place a valid resource at the URI or correct the URI and resubmit "
        "the request." },
    [RF_MESSAGE_RESOURCE_NOT_FOUND] = {
        "ResourceNotFound", 404, "Critical", 2,
        "The requested resource of type %1 named '%2' was not found.",
        "Provide a valid resource identifier and resubmit the request." },
    [RF_MESSAGE_RESTRICTED_ROLE] = {
        "RestrictedRole", 403, "Warning", 1,
        "The operation was not successful because the role '%1' is "
        "restricted.",
        "No resolution is required.  For standard roles, consider using the "
        "role specified in the AlternateRoleId property in the Role "
        "resource." },
    [RF_MESSAGE_SERVICE_DISABLED] = {
        "ServiceDisabled", 503, "Warning", 1,
        "The operation failed because the service at %1 is disabled and "
        "cannot accept requests.",
        "Enable the service and resubmit the request if the operation "
        "failed." },
    [RF_MESSAGE_SERVICE_SHUTTING_DOWN] = {
        "ServiceShuttingDown", 503, "Critical", 0,
        "The operation failed because the service is shutting down and can "
        "no longer take incoming requests.",
        "When the service becomes available, resubmit the request if the "
        "operation failed." },
    [RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE] = {
        "ServiceTemporarilyUnavailable", 503, "Critical", 1,
        "The service is temporarily unavailable.  Retry in %1 seconds.",
        "Wait for the indicated retry duration and retry the operation." },
    [RF_MESSAGE_SESSION_LIMIT_EXCEEDED] = {
        "SessionLimitExceeded", 503, "Critical", 0,
        "The session establishment failed due to the number of simultaneous "
        "sessions exceeding the limit of the implementation.",
        "Reduce the number of other sessions before trying to establish the "
        "session or increase the limit of simultaneous sessions, if "
        "supported." },
    [RF_MESSAGE_SESSION_TERMINATED] = {
        "SessionTerminated", 200, "OK", 0,
        "The session was successfully terminated.",
        "None." },
    [RF_MESSAGE_SOURCE_DOES_NOT_SUPPORT_PROTOCOL] = {
        "SourceDoesNotSupportProtocol", 400, "Critical", 2,
        "The other end of the connection at '%1' does not support the "
        "specified protocol %2.",
        "Change protocols or URIs." },
    [RF_MESSAGE_STRING_VALUE_TOO_LONG] = {
        "StringValueTooLong", 400, "Warning", 2,
        "The string '%1' exceeds the length limit %2.",
        "Resubmit the request with an appropriate string length." },
    [RF_MESSAGE_STRING_VALUE_TOO_SHORT] = {
        "StringValueTooShort", 400, "Warning", 2,
        "The string '%1' was under the minimum required length %2.",
        "Resubmit the request with an appropriate string length." },
    [RF_MESSAGE_SUCCESS] = {
        "Success", 200, "OK", 0,
        "The request completed successfully.",
        "None." },
    [RF_MESSAGE_UNRECOGNIZED_REQUEST_BODY] = {
        "UnrecognizedRequestBody", 400, "Warning", 0,
        "The service detected a malformed request body that it was unable to "
        "interpret.",
        "Correct the request body and resubmit the request if it failed." },
};
