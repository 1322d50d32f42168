export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
      account_details: {
        Row: {
          account_id: string
          locale: string
          phone: string | null
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          locale?: string
          phone?: string | null
          updated_at?: string
        }
        Update: {
          account_id?: string
          locale?: string
          phone?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'account_details_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      account_roles: {
        Row: {
          account_id: string
          created_at: string
          role: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          role: string
        }
        Update: {
          account_id?: string
          created_at?: string
          role?: string
        }
        Relationships: [
          {
            foreignKeyName: 'account_roles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      accounts: {
        Row: {
          avatar_path: string | null
          bio: string | null
          city: string | null
          country: string | null
          created_at: string
          first_name: string | null
          full_name: string | null
          id: string
          is_listed: boolean
          is_verified: boolean
          last_name: string | null
          updated_at: string
          username: string | null
        }
        ComputedFields: never
        Insert: {
          avatar_path?: string | null
          bio?: string | null
          city?: string | null
          country?: string | null
          created_at?: string
          first_name?: string | null
          full_name?: never
          id: string
          is_listed?: boolean
          is_verified?: boolean
          last_name?: string | null
          updated_at?: string
          username?: string | null
        }
        Update: {
          avatar_path?: string | null
          bio?: string | null
          city?: string | null
          country?: string | null
          created_at?: string
          first_name?: string | null
          full_name?: never
          id?: string
          is_listed?: boolean
          is_verified?: boolean
          last_name?: string | null
          updated_at?: string
          username?: string | null
        }
        Relationships: []
      }
      casting_responses: {
        Row: {
          casting_id: string
          created_at: string
          currency: string
          id: string
          message: string | null
          model_id: string
          portfolio_links: string[]
          proposed_rate: number | null
          reminded_at: string | null
          status: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          casting_id: string
          created_at?: string
          currency: string
          id?: string
          message?: string | null
          model_id: string
          portfolio_links?: string[]
          proposed_rate?: number | null
          reminded_at?: string | null
          status?: string
          updated_at?: string
        }
        Update: {
          casting_id?: string
          created_at?: string
          currency?: string
          id?: string
          message?: string | null
          model_id?: string
          portfolio_links?: string[]
          proposed_rate?: number | null
          reminded_at?: string | null
          status?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'casting_responses_casting_id_fkey'
            columns: ['casting_id']
            isOneToOne: false
            referencedRelation: 'castings'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'casting_responses_model_id_fkey'
            columns: ['model_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      castings: {
        Row: {
          accepted_count: number
          address: string | null
          appearance: string | null
          category: string
          city: string | null
          country: string | null
          cover_path: string | null
          created_at: string
          currency: string
          description: string
          duration_days: number | null
          experience: string | null
          gender: string | null
          id: string
          is_urgent: boolean
          languages: string[]
          max_age: number | null
          max_height: number | null
          min_age: number | null
          min_height: number | null
          models_needed: number | null
          owner_id: string
          pay_max: number | null
          pay_min: number | null
          pay_type: string
          published_at: string | null
          response_deadline: string | null
          responses_count: number
          shoot_date: string | null
          status: string
          tags: string[]
          title: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          accepted_count?: number
          address?: string | null
          appearance?: string | null
          category: string
          city?: string | null
          country?: string | null
          cover_path?: string | null
          created_at?: string
          currency?: string
          description: string
          duration_days?: number | null
          experience?: string | null
          gender?: string | null
          id?: string
          is_urgent?: boolean
          languages?: string[]
          max_age?: number | null
          max_height?: number | null
          min_age?: number | null
          min_height?: number | null
          models_needed?: number | null
          owner_id?: string
          pay_max?: number | null
          pay_min?: number | null
          pay_type?: string
          published_at?: string | null
          response_deadline?: string | null
          responses_count?: number
          shoot_date?: string | null
          status?: string
          tags?: string[]
          title: string
          updated_at?: string
        }
        Update: {
          accepted_count?: number
          address?: string | null
          appearance?: string | null
          category?: string
          city?: string | null
          country?: string | null
          cover_path?: string | null
          created_at?: string
          currency?: string
          description?: string
          duration_days?: number | null
          experience?: string | null
          gender?: string | null
          id?: string
          is_urgent?: boolean
          languages?: string[]
          max_age?: number | null
          max_height?: number | null
          min_age?: number | null
          min_height?: number | null
          models_needed?: number | null
          owner_id?: string
          pay_max?: number | null
          pay_min?: number | null
          pay_type?: string
          published_at?: string | null
          response_deadline?: string | null
          responses_count?: number
          shoot_date?: string | null
          status?: string
          tags?: string[]
          title?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'castings_owner_id_fkey'
            columns: ['owner_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      devices: {
        Row: {
          account_id: string
          created_at: string
          id: string
          last_seen_at: string
          platform: string
          token: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          id?: string
          last_seen_at?: string
          platform: string
          token: string
        }
        Update: {
          account_id?: string
          created_at?: string
          id?: string
          last_seen_at?: string
          platform?: string
          token?: string
        }
        Relationships: [
          {
            foreignKeyName: 'devices_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      employer_profiles: {
        Row: {
          account_id: string
          city: string | null
          company_name: string
          contact_person: string | null
          country: string | null
          created_at: string
          description: string | null
          logo_path: string | null
          phone: string | null
          updated_at: string
          website: string | null
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          city?: string | null
          company_name: string
          contact_person?: string | null
          country?: string | null
          created_at?: string
          description?: string | null
          logo_path?: string | null
          phone?: string | null
          updated_at?: string
          website?: string | null
        }
        Update: {
          account_id?: string
          city?: string | null
          company_name?: string
          contact_person?: string | null
          country?: string | null
          created_at?: string
          description?: string | null
          logo_path?: string | null
          phone?: string | null
          updated_at?: string
          website?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'employer_profiles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      entitlements: {
        Row: {
          description: string
          id: string
          kind: string
          product: string
        }
        ComputedFields: never
        Insert: {
          description: string
          id: string
          kind: string
          product: string
        }
        Update: {
          description?: string
          id?: string
          kind?: string
          product?: string
        }
        Relationships: []
      }
      model_profiles: {
        Row: {
          account_id: string
          bio: string | null
          birth_date: string
          city: string | null
          country: string | null
          created_at: string
          gender: string
          height: number | null
          name: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          bio?: string | null
          birth_date: string
          city?: string | null
          country?: string | null
          created_at?: string
          gender: string
          height?: number | null
          name: string
          updated_at?: string
        }
        Update: {
          account_id?: string
          bio?: string | null
          birth_date?: string
          city?: string | null
          country?: string | null
          created_at?: string
          gender?: string
          height?: number | null
          name?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'model_profiles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      notification_preferences: {
        Row: {
          account_id: string
          is_enabled: boolean
          type: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          is_enabled: boolean
          type: string
        }
        Update: {
          account_id?: string
          is_enabled?: boolean
          type?: string
        }
        Relationships: [
          {
            foreignKeyName: 'notification_preferences_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'notification_preferences_type_fkey'
            columns: ['type']
            isOneToOne: false
            referencedRelation: 'notification_types'
            referencedColumns: ['type']
          },
        ]
      }
      notification_types: {
        Row: {
          description: string
          type: string
        }
        ComputedFields: never
        Insert: {
          description: string
          type: string
        }
        Update: {
          description?: string
          type?: string
        }
        Relationships: []
      }
      notifications: {
        Row: {
          account_id: string
          created_at: string
          data: NonNullable<Json>
          id: number
          read_at: string | null
          type: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          data?: NonNullable<Json>
          id?: never
          read_at?: string | null
          type: string
        }
        Update: {
          account_id?: string
          created_at?: string
          data?: NonNullable<Json>
          id?: never
          read_at?: string | null
          type?: string
        }
        Relationships: [
          {
            foreignKeyName: 'notifications_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'notifications_type_fkey'
            columns: ['type']
            isOneToOne: false
            referencedRelation: 'notification_types'
            referencedColumns: ['type']
          },
        ]
      }
      photos: {
        Row: {
          account_id: string
          created_at: string
          id: string
          is_main: boolean
          path: string
          position: number
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          id?: string
          is_main?: boolean
          path: string
          position: number
        }
        Update: {
          account_id?: string
          created_at?: string
          id?: string
          is_main?: boolean
          path?: string
          position?: number
        }
        Relationships: [
          {
            foreignKeyName: 'photos_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      plan_entitlements: {
        Row: {
          entitlement_id: string
          level: string | null
          plan_id: string
          quantity: number | null
        }
        ComputedFields: never
        Insert: {
          entitlement_id: string
          level?: string | null
          plan_id: string
          quantity?: number | null
        }
        Update: {
          entitlement_id?: string
          level?: string | null
          plan_id?: string
          quantity?: number | null
        }
        Relationships: [
          {
            foreignKeyName: 'plan_entitlements_entitlement_id_fkey'
            columns: ['entitlement_id']
            isOneToOne: false
            referencedRelation: 'entitlements'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'plan_entitlements_plan_id_fkey'
            columns: ['plan_id']
            isOneToOne: false
            referencedRelation: 'plans'
            referencedColumns: ['id']
          },
        ]
      }
      plan_prices: {
        Row: {
          amount: number
          currency: string
          period: string
          plan_id: string
        }
        ComputedFields: never
        Insert: {
          amount: number
          currency: string
          period: string
          plan_id: string
        }
        Update: {
          amount?: number
          currency?: string
          period?: string
          plan_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'plan_prices_plan_id_fkey'
            columns: ['plan_id']
            isOneToOne: false
            referencedRelation: 'plans'
            referencedColumns: ['id']
          },
        ]
      }
      plans: {
        Row: {
          id: string
          is_default: boolean
          is_offered: boolean
          name: string
          product: string
          rank: number
        }
        ComputedFields: never
        Insert: {
          id: string
          is_default?: boolean
          is_offered?: boolean
          name: string
          product: string
          rank: number
        }
        Update: {
          id?: string
          is_default?: boolean
          is_offered?: boolean
          name?: string
          product?: string
          rank?: number
        }
        Relationships: []
      }
      subscriptions: {
        Row: {
          account_id: string
          auto_renew: boolean
          cancelled_at: string | null
          ended_at: string | null
          expires_at: string
          id: string
          period: string
          plan_id: string
          product: string
          started_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          auto_renew?: boolean
          cancelled_at?: string | null
          ended_at?: string | null
          expires_at: string
          id?: string
          period: string
          plan_id: string
          product: string
          started_at?: string
        }
        Update: {
          account_id?: string
          auto_renew?: boolean
          cancelled_at?: string | null
          ended_at?: string | null
          expires_at?: string
          id?: string
          period?: string
          plan_id?: string
          product?: string
          started_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'subscriptions_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'subscriptions_plan_id_fkey'
            columns: ['plan_id']
            isOneToOne: false
            referencedRelation: 'plans'
            referencedColumns: ['id']
          },
        ]
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      add_role: { Args: { role: string }; Returns: string[] }
      check_email: { Args: { email: string }; Returns: undefined }
      check_username: { Args: { username: string }; Returns: undefined }
      claim_object_deletions: {
        Args: { batch?: number }
        Returns: {
          bucket_id: string
          id: number
          path: string
        }[]
      }
      complete_object_deletions: { Args: { ids: number[] }; Returns: undefined }
      delete_account: { Args: { password: string }; Returns: undefined }
      delete_casting: { Args: { casting_id: string }; Returns: undefined }
      drop_device: { Args: { token: string }; Returns: boolean }
      email_for_sign_in: { Args: { client_ip: string; username: string }; Returns: string }
      export_account: { Args: Record<PropertyKey, never>; Returns: Json }
      fail_object_deletions: { Args: { ids: number[]; reason: string }; Returns: undefined }
      get_account: {
        Args: { username: string }
        Returns: Database['public']['CompositeTypes']['account_card']
        SetofOptions: {
          from: '*'
          to: 'account_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_casting: {
        Args: { casting_id: string }
        Returns: Database['public']['CompositeTypes']['casting_card']
        SetofOptions: {
          from: '*'
          to: 'casting_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_employer: {
        Args: { account_id: string }
        Returns: Database['public']['CompositeTypes']['employer_card']
        SetofOptions: {
          from: '*'
          to: 'employer_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      list_accounts: {
        Args: { city?: string; cursor?: string; page_size?: number; search?: string; skip?: number; user_type?: string }
        Returns: Database['public']['CompositeTypes']['account_card'][]
        SetofOptions: {
          from: '*'
          to: 'account_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_casting_responses: {
        Args: { casting_id: string; cursor?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['response_card'][]
        SetofOptions: {
          from: '*'
          to: 'response_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_castings: {
        Args: {
          category?: string
          city?: string
          cursor?: string
          gender?: string
          max_age?: number
          min_age?: number
          owner_id?: string
          page_size?: number
          search?: string
          skip?: number
          status?: string
        }
        Returns: Database['public']['CompositeTypes']['casting_card'][]
        SetofOptions: {
          from: '*'
          to: 'casting_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_my_castings: {
        Args: { cursor?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['casting_card'][]
        SetofOptions: {
          from: '*'
          to: 'casting_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_my_responses: {
        Args: { cursor?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['response_card'][]
        SetofOptions: {
          from: '*'
          to: 'response_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_photos: {
        Args: { account_id: string }
        Returns: {
          account_id: string
          created_at: string
          id: string
          is_main: boolean
          path: string
          position: number
        }[]
        SetofOptions: {
          from: '*'
          to: 'photos'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      mark_notifications_read: { Args: { ids?: number[] }; Returns: number }
      me: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['me']
        SetofOptions: {
          from: '*'
          to: 'me'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      my_entitlements: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['entitlement_status'][]
        SetofOptions: {
          from: '*'
          to: 'entitlement_status'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      my_subscription: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['current_subscription']
        SetofOptions: {
          from: '*'
          to: 'current_subscription'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      notification_count: {
        Args: Record<PropertyKey, never>
        Returns: {
          total: number
          unread: number
        }[]
      }
      register_device: {
        Args: { platform: string; token: string }
        Returns: {
          account_id: string
          created_at: string
          id: string
          last_seen_at: string
          platform: string
          token: string
        }
        SetofOptions: {
          from: '*'
          to: 'devices'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      reorder_photos: { Args: { photo_ids: string[] }; Returns: undefined }
      respond_to_casting: {
        Args: {
          casting_id: string
          idempotency_key?: string
          message?: string
          portfolio_links?: string[]
          proposed_rate?: number
        }
        Returns: {
          casting_id: string
          created_at: string
          currency: string
          id: string
          message: string | null
          model_id: string
          portfolio_links: string[]
          proposed_rate: number | null
          reminded_at: string | null
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'casting_responses'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      set_casting_status: { Args: { casting_id: string; status: string }; Returns: undefined }
      set_main_photo: { Args: { photo_id: string }; Returns: undefined }
      set_notification_preferences: {
        Args: { preferences: Json }
        Returns: {
          account_id: string
          is_enabled: boolean
          type: string
        }[]
        SetofOptions: {
          from: '*'
          to: 'notification_preferences'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      set_response_status: {
        Args: { response_id: string; status: string }
        Returns: {
          casting_id: string
          created_at: string
          currency: string
          id: string
          message: string | null
          model_id: string
          portfolio_links: string[]
          proposed_rate: number | null
          reminded_at: string | null
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'casting_responses'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      set_username: { Args: { username: string }; Returns: undefined }
      update_account: {
        Args: {
          avatar_path?: string
          bio?: string
          city?: string
          country?: string
          first_name?: string
          last_name?: string
          locale?: string
          phone?: string
        }
        Returns: undefined
      }
      withdraw_response: {
        Args: { response_id: string }
        Returns: {
          casting_id: string
          created_at: string
          currency: string
          id: string
          message: string | null
          model_id: string
          portfolio_links: string[]
          proposed_rate: number | null
          reminded_at: string | null
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'casting_responses'
          isOneToOne: true
          isSetofReturn: false
        }
      }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      account_card: {
        id: string | null
        username: string | null
        first_name: string | null
        last_name: string | null
        full_name: string | null
        avatar_path: string | null
        bio: string | null
        city: string | null
        country: string | null
        is_verified: boolean | null
        user_type: string | null
        roles: string[] | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      casting_card: {
        id: string | null
        owner_id: string | null
        company_name: string | null
        logo_path: string | null
        title: string | null
        description: string | null
        category: string | null
        city: string | null
        country: string | null
        address: string | null
        shoot_date: string | null
        duration_days: number | null
        response_deadline: string | null
        pay_type: string | null
        pay_min: number | null
        pay_max: number | null
        currency: string | null
        gender: string | null
        min_age: number | null
        max_age: number | null
        min_height: number | null
        max_height: number | null
        experience: string | null
        languages: string[] | null
        appearance: string | null
        models_needed: number | null
        is_urgent: boolean | null
        tags: string[] | null
        cover_path: string | null
        status: string | null
        is_open: boolean | null
        responses_count: number | null
        accepted_count: number | null
        my_response_status: string | null
        published_at: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      current_subscription: {
        subscription_id: string | null
        plan_id: string | null
        plan: string | null
        status: string | null
        period: string | null
        started_at: string | null
        expires_at: string | null
        auto_renew: boolean | null
        photos_uploaded: number | null
        photos_limit: number | null
        responses_sent: number | null
        responses_limit: number | null
      }
      employer_card: {
        account_id: string | null
        company_name: string | null
        description: string | null
        website: string | null
        city: string | null
        country: string | null
        logo_path: string | null
        created_at: string | null
      }
      entitlement_status: {
        entitlement_id: string | null
        product: string | null
        kind: string | null
        is_granted: boolean | null
        quantity: number | null
        level: string | null
        used: number | null
        remaining: number | null
        resets_at: string | null
        plan_id: string | null
        upgrade_plan_id: string | null
      }
      me: {
        id: string | null
        email: string | null
        email_verified: boolean | null
        username: string | null
        first_name: string | null
        last_name: string | null
        full_name: string | null
        avatar_path: string | null
        bio: string | null
        phone: string | null
        city: string | null
        country: string | null
        locale: string | null
        role: string | null
        roles: string[] | null
        user_type: string | null
        is_verified: boolean | null
        has_model_profile: boolean | null
        has_employer_profile: boolean | null
        has_creator_profile: boolean | null
        has_client_profile: boolean | null
        plan: string | null
        plan_expires_at: string | null
        unread_notifications: number | null
        created_at: string | null
      }
      response_card: {
        id: string | null
        casting_id: string | null
        casting_title: string | null
        casting_status: string | null
        applicant_id: string | null
        applicant_name: string | null
        applicant_photo_path: string | null
        applicant_age: number | null
        applicant_height: number | null
        applicant_city: string | null
        applicant_rating: number | null
        message: string | null
        portfolio_links: string[] | null
        proposed_rate: number | null
        currency: string | null
        status: string | null
        applied_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums'] | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema['CompositeTypes']
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {},
  },
} as const
