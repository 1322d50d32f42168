// The parameters that Stripe takes where the double has an endpoint; some of them change nothing here.
const words = (text: string) => text.trim().split(/\s+/)

export const known = {
  nothing: words('expand'),
  customer: words(`
    address balance business_name cash_balance description email expand individual_name invoice_prefix invoice_settings
    metadata name next_invoice_sequence payment_method phone preferred_locales shipping source tax tax_exempt tax_id_data
    test_clock validate`),
  session: words(`
    adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types automatic_tax
    billing_address_collection branding_settings cancel_url client_reference_id consent_collection currency custom_fields
    custom_text customer customer_account customer_creation customer_email customer_update discounts
    excluded_payment_method_types expand expires_at integration_identifier invoice_creation line_items locale
    managed_payments metadata mode name_collection optional_items origin_context payment_intent_data
    payment_method_collection payment_method_configuration payment_method_data payment_method_options
    permissions phone_number_collection redirect_on_completion return_url
    saved_payment_method_options setup_intent_data shipping_address_collection shipping_options submit_type
    subscription_data success_url tax_id_collection ui_mode wallet_options`),
  sessionIntent: words(`
    application_fee_amount capture_method description metadata on_behalf_of receipt_email setup_future_usage shipping
    statement_descriptor statement_descriptor_suffix transfer_data transfer_group`),
  intent: words(`
    amount currency allowed_payment_method_types amount_details application_fee_amount automatic_payment_methods
    capture_method confirm confirmation_method confirmation_token customer customer_account description
    error_on_requires_action excluded_payment_method_types expand hooks mandate mandate_data metadata off_session
    on_behalf_of payment_details payment_method payment_method_configuration payment_method_data payment_method_options
    radar_options receipt_email return_url setup_future_usage shipping statement_descriptor
    statement_descriptor_suffix transfer_data transfer_group use_stripe_sdk`),
  confirm: words(`
    allowed_payment_method_types amount_details amount_to_confirm capture_method confirmation_token
    error_on_requires_action excluded_payment_method_types expand hooks mandate mandate_data off_session payment_details
    payment_method payment_method_data payment_method_options radar_options receipt_email return_url
    setup_future_usage shipping use_stripe_sdk`),
  cancel: words('cancellation_reason expand'),
  refund: words(`
    amount charge currency customer expand instructions_email metadata origin payment_intent reason
    refund_application_fee reverse_transfer`),
  transfer: words(
    'amount currency description destination expand metadata source_transaction source_type transfer_group',
  ),
  reversal: words('amount description expand metadata refund_application_fee'),
  account: words(`
    account_token business_profile business_type capabilities company controller country default_currency documents email
    expand external_account groups individual metadata settings tos_acceptance type`),
  accountLink: words('account collect collection_options expand refresh_url return_url type'),
  attach: words('customer expand'),
  list: words(
    'created customer destination ending_before expand limit payment_intent charge starting_after transfer_group type',
  ),
}

// What would change who is paid, how much or how: better refused than ignored.
export const unimitated = words(`
  application_fee_amount confirmation_token customer_account discounts invoice_creation on_behalf_of payment_method_data
  refund_application_fee reverse_transfer setup_intent_data shipping_options subscription_data transfer_data`)
